package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import limbeck.distill.experiment.ModelReport;
import limbeck.distill.experiment.Omission;
import limbeck.distill.experiment.Results;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Spread;

/** What a run found, as the text that comes last: the table, the verdict, and the missing-class test. */
final class ResultText {
    private ResultText() {
    }

    /** The table of all models. */
    static String table(Results results) {
        boolean single = results.plan().teacher() == null;
        String examples = Text.count(results.plan().data().test().size());
        var head = new ArrayList<>(List.of("", "Model", "Para-\nmeters", "Multiply-\nadds", "Size\n(bytes)", "Accuracy\n(%)",
                "Errors\nof " + examples,
                "Latency\n(ms)", "Images\nper s"));
        if (!single) {
            head.add(7, "Agree-\nment (%)");
        }
        var table = new Table("LL" + "R".repeat(head.size() - 2), head.toArray(String[]::new));
        for (ModelReport model : results.models()) {
            var row = new ArrayList<>(List.of(title(model.role(), single), model.name(), Text.count(model.parameters()),
                    Text.count(model.multiplyAdds()), Text.count(model.bytes()), Text.spread(model.accuracy(), 100, 2),
                    errors(model),
                    Text.significant(model.latencyMillis()), Text.count(Math.round(model.throughput()))));
            if (!single) {
                // A teacher agrees with itself.
                row.add(7, model.role() == Role.TEACHER ? "-" : Text.percent(model.agreement().mean(), 2));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    /** Short, so that the table of large models fits into 120 columns. */
    private static String title(Role role, boolean single) {
        return role == Role.STUDENT_DISTILLED ? "distilled" : Text.title(role, single);
    }

    private static String errors(ModelReport model) {
        return Text.spread(model.errors(), 1, model.errors().values().size() < 2 ? 0 : 1);
    }

    /** The missing-class test: a row for each kind of student; empty if no class was left out. */
    static String omissions(Results results) {
        List<Omission> omissions = results.omissions();
        if (omissions.isEmpty()) {
            return "";
        }
        int label = omissions.getFirst().label();
        int examples = omissions.getFirst().examples();
        String name = results.plan().data().train().classNames().get(label);
        var table = new Table("LRRRRRR", "Trained without class " + name, "Errors on\nits " + Text.count(examples),
                "Errors\non all",
                "Bias\nraised by", "Errors on\nits " + Text.count(examples), "Right\n(%)", "Errors\non all");
        for (Role role : List.of(Role.STUDENT_ALONE, Role.STUDENT_DISTILLED)) {
            List<Omission> own = omissions.stream().filter(omission -> omission.role() == role).toList();
            int digits = own.size() < 2 ? 0 : 1;
            table.row(role.title(), Text.spread(over(own, Omission::errorsBefore), 1, digits),
                    Text.spread(over(own, Omission::allErrorsBefore), 1, digits),
                    Text.spread(over(own, Omission::raise), 1, 1), Text.spread(over(own, Omission::errorsAfter), 1, digits),
                    Text.percent(1 - over(own, Omission::errorsAfter).mean() / examples, 1),
                    Text.spread(over(own, Omission::allErrorsAfter), 1, digits));
        }
        return table.toString();
    }

    private static Spread over(List<Omission> omissions, ToDoubleFunction<Omission> figure) {
        return Spread.of(omissions.stream().mapToDouble(figure).toArray());
    }
}
