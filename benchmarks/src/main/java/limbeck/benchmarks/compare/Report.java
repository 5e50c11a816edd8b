package limbeck.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ratios as a table for the screen, as JSON, and as the page {@code RESULTS.md}. */
final class Report {
    private static final List<String> HEAD = List.of("Case", "Threads", "Limbeck", "Rival", "Unit", "Ratio", "Against");

    private Report() {
    }

    /** A line for each case and number of threads: the fastest rival, and the machine's limit where it was measured. */
    static String table(List<Ratio> ratios) {
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        for (List<Ratio> group : groups(ratios)) {
            Ratio best = Ratio.best(group);
            rows.add(row(best));
            group.stream().filter(r -> r.isLimit() && r != best).forEach(limit -> rows.add(row(limit)));
        }
        int[] widths = new int[HEAD.size()];
        rows.forEach(row -> {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        });
        var lines = new ArrayList<String>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String padding = " ".repeat(widths[c] - row.get(c).length());
                boolean words = c == 0 || c == 4 || c == 6;
                line.append(c == 0 ? "" : "  ").append(words ? row.get(c) + padding : padding + row.get(c));
            }
            lines.add(line.toString().stripTrailing());
        }
        lines.add(1, "─".repeat(lines.stream().mapToInt(String::length).max().orElse(0)));
        return String.join("\n", lines);
    }

    private static List<String> row(Ratio r) {
        return List.of(r.name(), Integer.toString(r.threads()), Screen.significant(r.ours()), Screen.significant(r.rival()), r.unit(),
                ratio(r.value()), r.rivalName());
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, value < 0.095 ? "%.3f" : "%.2f", value);
    }

    /** Wins, losses and the mean against the best rivals, in one sentence. */
    static String verdict(List<Ratio> ratios) {
        List<Ratio> best = groups(ratios).stream().map(Ratio::best).filter(r -> !r.isLimit()).toList();
        if (best.isEmpty()) {
            return "Nothing could be compared.";
        }
        long wins = best.stream().filter(r -> r.value() >= 1).count();
        double mean = Statistics.geometricMean(best.stream().mapToDouble(Ratio::value).toArray());
        return String.format(Locale.ROOT, "Against the fastest rival of each line: ahead in %d of %d, geometric mean of the ratios %.2f.", wins,
                best.size(), mean);
    }

    /** Neighbours of the same case and number of threads. */
    static List<List<Ratio>> groups(List<Ratio> ratios) {
        var groups = new LinkedHashMap<String, List<Ratio>>();
        for (Ratio ratio : ratios) {
            groups.computeIfAbsent(ratio.threads() + " " + ratio.name(), _ -> new ArrayList<>()).add(ratio);
        }
        return List.copyOf(groups.values());
    }

    /** All ratios, as a list of objects. */
    static String json(List<Ratio> ratios) {
        var list = new ArrayList<Map<String, Object>>();
        for (Ratio r : ratios) {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("case", r.name());
            entry.put("threads", r.threads());
            entry.put("ours", r.ours());
            entry.put("rival", r.rival());
            entry.put("rival_name", r.rivalName());
            entry.put("unit", r.unit());
            entry.put("ratio", r.value());
            list.add(entry);
        }
        return json((Object) list);
    }

    /** Lists and maps of text and numbers, indented. */
    static String json(Object value) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("lists and maps of text and numbers can be written as JSON", e);
        }
    }

    /**
     * The page for people.
     *
     * @param how one sentence about how it was measured
     * @param notes rivals that were missing and results that were wrong, a line each
     */
    static String markdown(List<Ratio> ratios, List<String> machine, String how, List<String> notes) {
        var page = new StringBuilder("# Limbeck beside others\n\n");
        page.append("Written by `./limbeck bench`. A ratio above 1 means that Limbeck is faster. Trust ratios, not speeds: ours and theirs\n"
                + "are from one run, each alone in its JVMs, and speeds of another day differ.\n\n");
        machine.forEach(line -> page.append("- ").append(line).append('\n'));
        page.append("- ").append(how).append('\n');
        notes.forEach(line -> page.append("- ").append(line).append('\n'));
        page.append('\n').append(verdict(ratios)).append("\n\n## Against the fastest\n\n");
        rows(page, groups(ratios).stream().map(Ratio::best).toList());
        page.append("\n## All\n\n");
        rows(page, ratios);
        return page.toString();
    }

    private static void rows(StringBuilder page, List<Ratio> ratios) {
        page.append("| ").append(String.join(" | ", HEAD)).append(" |\n|---|--:|--:|--:|---|--:|---|\n");
        ratios.forEach(r -> page.append("| ").append(String.join(" | ", row(r))).append(" |\n"));
    }
}
