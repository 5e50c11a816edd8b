package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import limbeck.distill.experiment.ModelReport;
import limbeck.distill.experiment.Omission;
import limbeck.distill.experiment.Results;
import limbeck.distill.experiment.Role;

/** What a run found, as the text that comes last: the table, the verdict, and the missing-class test. */
final class ResultText {
    private ResultText() {
    }

    /** The table of all models. */
    static String table(Results results) {
        boolean single = results.plan().teacher() == null;
        String examples = Text.count(results.plan().data().test().size());
        var head = new ArrayList<>(List.of("", "Model", "Parameters", "Multiply-\nadds", "Size\n(bytes)", "Test accuracy\n(%)", "Errors\nof " + examples,
                "Latency\n(ms)", "Images\nper second"));
        if (!single) {
            head.add(7, "Agrees with\nteacher (%)");
        }
        var table = new Table("LL" + "R".repeat(head.size() - 2), head.toArray(String[]::new));
        for (ModelReport model : results.models()) {
            var row = new ArrayList<>(List.of(Text.title(model.role(), single), model.name(), Text.count(model.parameters()),
                    Text.count(model.multiplyAdds()), Text.count(model.bytes()), Text.spread(model.accuracy(), 100, 2), errors(model),
                    Text.significant(model.latencyMillis()), Text.count(Math.round(model.throughput()))));
            if (!single) {
                // A teacher agrees with itself.
                row.add(7, model.role() == Role.TEACHER ? "-" : Text.percent(model.agreement().mean(), 2));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    private static String errors(ModelReport model) {
        return Text.spread(model.errors(), 1, model.errors().values().size() < 2 ? 0 : 1);
    }

    /** The missing-class test, two lines a student and seed; empty if no class was left out. */
    static String omissions(Results results) {
        var lines = new ArrayList<String>();
        for (Omission o : results.omissions().stream().sorted(Comparator.comparing(Omission::role)).toList()) {
            double right = 1 - (double) o.errorsAfter() / o.examples();
            lines.add("Class " + o.label() + ", never seen by the " + o.role().title() + " (seed " + o.seed() + "): " + Text.count(o.errorsBefore())
                    + " of " + Text.count(o.examples()) + " wrong, of all " + Text.count(o.allErrorsBefore()) + ";");
            lines.add("    with its bias raised by " + Text.number(o.raise(), 1) + ": " + Text.count(o.errorsAfter()) + " wrong ("
                    + Text.percent(right, 1) + " % right), of all " + Text.count(o.allErrorsAfter()) + ".");
        }
        return String.join("\n", lines);
    }
}
