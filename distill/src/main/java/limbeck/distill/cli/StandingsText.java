package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Spread;
import limbeck.distill.experiment.Standing;
import limbeck.distill.experiment.Standings;
import limbeck.tensor.Threads;

/** What a contest found, as a table for people and as JSON. */
final class StandingsText {
    private static final int WIDTH = 110;

    private StandingsText() {
    }

    /** The table, sorted by gain, and below it what did not run. */
    static String table(Standings standings) {
        int seeds = standings.agenda().seeds().size();
        boolean imbalanced = standings.agenda().isImbalanced();
        var table = new Table(imbalanced ? "LLRRRLR" : "LLRRLR", row(imbalanced, "Method", "Compares", "Test accuracy\n(%)", "Balanced\n(%)",
                "Gain\n(points)", "", "Step\n(ms)"));
        table.row(row(imbalanced, "teacher", "", Text.percent(standings.teacher(), 2), Text.percent(standings.teacherBalanced(), 2), "", "", ""));
        boolean above = true;
        for (Standing standing : standings.methods()) {
            if (!standing.ran()) {
                continue;
            }
            if (above && standing.gain().mean() < 0) {
                alone(table, standings);
                above = false;
            }
            table.row(row(imbalanced, standing.choice().toString(), standing.choice().method().compares().toString(),
                    Text.spread(standing.accuracy(), 100, 2), Text.spread(standing.balancedAccuracy(), 100, 2), gain(standing.gain()),
                    standing.verdict(), Text.significant(standing.stepMillis())));
        }
        if (above) {
            alone(table, standings);
        }
        var lines = new ArrayList<>(List.of(table.toString(), ""));
        lines.addAll(Text.wrapped("Mean" + (seeds > 1 ? " and standard deviation" : "") + " over " + Text.count(seeds, "seed") + " after "
                + Text.count(standings.agenda().settings().count(Setting.EPOCHS), "epoch") + "; the gain is over the student alone with the same "
                + "seed. Helped and hurt: more than two standard errors from 0"
                + (seeds > 1 ? "" : ", which one seed cannot tell (--seeds 3)") + ".", WIDTH));
        var reasons = new LinkedHashMap<String, List<String>>();
        standings.methods().stream().filter(standing -> !standing.reason().isEmpty())
                .forEach(standing -> reasons.computeIfAbsent((standing.ran() ? "" : "not run: ") + standing.reason(), _ -> new ArrayList<>())
                        .add(standing.choice().toString()));
        reasons.forEach((reason, methods) -> {
            lines.add("");
            lines.addAll(Text.wrapped(String.join(", ", methods) + ": " + reason + ".", WIDTH));
        });
        return String.join("\n", lines);
    }

    private static void alone(Table table, Standings standings) {
        table.row(row(standings.agenda().isImbalanced(), "student alone", "", Text.spread(standings.alone(), 100, 2),
                Text.spread(standings.aloneBalanced(), 100, 2), "0.00", "", Text.significant(standings.aloneMillis())));
    }

    /** A row with or without its fourth cell, the balanced accuracy. */
    private static String[] row(boolean imbalanced, String... cells) {
        return IntStream.range(0, cells.length).filter(i -> imbalanced || i != 3).mapToObj(i -> cells[i]).toArray(String[]::new);
    }

    private static String gain(Spread gain) {
        return (gain.mean() >= 0 ? "+" : "") + Text.spread(gain, 100, 2);
    }

    /** Everything, with stable keys; accuracies and gains are fractions. */
    static String json(Standings standings) {
        Settings settings = standings.agenda().settings();
        var json = new LinkedHashMap<String, Object>();
        json.put("version", Version.TEXT);
        json.put("data", settings.text(Setting.DATA));
        json.put("train", standings.agenda().data().train().size());
        json.put("test", standings.agenda().data().test().size());
        json.put("teacher", settings.text(Setting.TEACHER));
        json.put("student", settings.text(Setting.STUDENT));
        json.put("settings", settings.all());
        json.put("seeds", standings.agenda().seeds());
        json.put("threads", Threads.count());
        json.put("wall_seconds", standings.seconds());
        json.put("teacher_accuracy", standings.teacher());
        json.put("teacher_balanced_accuracy", standings.teacherBalanced());
        json.put("alone", entry("student alone", standings.alone(), standings.aloneBalanced(), null, standings.aloneMillis()));
        json.put("methods", standings.methods().stream().map(standing -> entry(standing, settings)).toList());
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of text and numbers can be written as JSON", e);
        }
    }

    private static Map<String, Object> entry(Standing standing, Settings settings) {
        Map<String, Object> entry = entry(standing.choice().method().name(), standing.accuracy(), standing.balancedAccuracy(), standing.gain(),
                standing.stepMillis());
        entry.put("label", standing.choice().toString());
        // As they were used: some of kd's are settings.
        entry.put("options", settings.with(Setting.METHOD, standing.choice().toString()).methods().getFirst().values());
        entry.put("compares", standing.choice().method().compares().toString());
        entry.put("verdict", standing.verdict());
        entry.put("reason", standing.reason().isEmpty() ? null : standing.reason());
        return entry;
    }

    private static Map<String, Object> entry(String name, Spread accuracy, Spread balanced, Spread gain, double millis) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("name", name);
        entry.put("accuracy", spread(accuracy));
        entry.put("balanced_accuracy", spread(balanced));
        entry.put("gain", gain == null ? null : spread(gain));
        entry.put("step_ms", Double.isFinite(millis) ? millis : null);
        return entry;
    }

    private static Map<String, Object> spread(Spread spread) {
        if (spread.values().isEmpty()) {
            return null;
        }
        var entry = new LinkedHashMap<String, Object>();
        entry.put("mean", spread.mean());
        entry.put("std", spread.std());
        entry.put("values", spread.values());
        return entry;
    }
}
