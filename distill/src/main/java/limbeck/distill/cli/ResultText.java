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
        boolean imbalanced = results.plan().isImbalanced();
        if (imbalanced) {
            // In the place of the errors, so that the table stays as wide as it was.
            head.set(6, "Balanced\n(%)");
        }
        var table = new Table("LL" + "R".repeat(head.size() - 2), head.toArray(String[]::new));
        for (ModelReport model : results.models()) {
            var row = new ArrayList<>(List.of(title(model.role(), single), model.name(), Text.count(model.parameters()),
                    Text.count(model.multiplyAdds()), Text.count(model.bytes()), Text.spread(model.accuracy(), 100, 2),
                    errors(model),
                    Text.significant(model.latencyMillis()), Text.count(Math.round(model.throughput()))));
            if (!single) {
                // A teacher agrees with itself.
                row.add(7, model.role().isTeacher() ? "-" : Text.percent(model.agreement().mean(), 2));
            }
            if (imbalanced) {
                row.set(6, Text.spread(model.balancedAccuracy(), 100, 2));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    /** Short, so that the table of large models fits into 120 columns. */
    private static String title(Role role, boolean single) {
        return role.equals(Role.STUDENT_DISTILLED) ? "distilled" : Text.title(role, single);
    }

    private static String errors(ModelReport model) {
        return Text.spread(model.errors(), 1, model.errors().values().size() < 2 ? 0 : 1);
    }

    /** Of several tasks a row for each model with its accuracy in each; empty for one. */
    static String tasks(Results results) {
        List<String> names = List.copyOf(results.models().getFirst().tasks().keySet());
        if (names.isEmpty()) {
            return "";
        }
        var head = new ArrayList<>(List.of("Accuracy (%) by task"));
        head.addAll(names);
        var table = new Table("L" + "R".repeat(names.size()), head.toArray(String[]::new));
        for (ModelReport model : results.models()) {
            var row = new ArrayList<>(List.of(title(model.role(), results.plan().teacher() == null)));
            names.forEach(name -> row.add(Text.spread(model.tasks().get(name), 100, 2)));
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
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
            List<Omission> own = omissions.stream().filter(omission -> omission.role().equals(role)).toList();
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
