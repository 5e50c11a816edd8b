package limbeck.benchmarks.gpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The table of all that was measured: ours beside each other, what was aimed at, and whether it is reached. Lines with an aim come last.
 *
 * <pre>
 * HOW TO RUN:
 *   java -cp ... limbeck.benchmarks.gpu.Check FILE...     the files of figures
 * </pre>
 *
 * It ends with status 1 if something is wrong or was not tried: a test that failed, or an accuracy that is not the CPU's. Being slow is
 * no fault.
 */
public final class Check {
    /** How the names of figures about tests begin. */
    static final String TESTS = "tests";
    /** How the names of figures about accuracies begin. */
    static final String ACCURACY = "accuracy";
    /** Who tells by how much two accuracies may differ. */
    static final String ALLOWED = "allowed";
    private static final List<String> HEAD = List.of("what", "ours", "rival", "unit", "ratio", "aim", "met", "beside");

    private Check() {
    }

    /**
     * Prints the table.
     *
     * @param args files of figures
     */
    public static void main(String[] args) {
        Program.run(() -> judge(args));
    }

    private static void judge(String... args) {
        List<Line> lines = lines(Figure.read(Arrays.stream(args).map(Path::of).toList()));
        System.out.println(table(lines));
        System.out.println();
        System.out.println(verdict(lines));
        List<String> faults = faults(lines);
        faults.forEach(fault -> System.out.println("WRONG: " + fault));
        if (!faults.isEmpty()) {
            System.exit(1);
        }
    }

    /** A line for each that stands beside ours, or one where nobody does; those with an aim last. */
    static List<Line> lines(List<Figure> figures) {
        Map<String, List<Figure>> byWhat = new LinkedHashMap<>();
        figures.forEach(figure -> byWhat.computeIfAbsent(figure.what(), _ -> new ArrayList<>()).add(figure));
        var plain = new ArrayList<Line>();
        var aimed = new ArrayList<Line>();
        byWhat.forEach((what, group) -> lines(what, group).forEach(line -> (line.aim() == null ? plain : aimed).add(line)));
        plain.addAll(aimed);
        return plain;
    }

    private static List<Line> lines(String what, List<Figure> group) {
        double ours = value(group, Figure.OURS).orElse(Double.NaN);
        Optional<Aim> within = value(group, ALLOWED).map(Aim::within);
        List<Line> lines = group.stream().filter(figure -> !figure.who().equals(Figure.OURS) && !figure.who().equals(ALLOWED))
                .map(figure -> new Line(what, ours, figure.value(), figure.who(), figure.unit(), within.orElse(Aim.of(what, figure.who()))))
                .toList();
        return lines.isEmpty() ? List.of(new Line(what, ours, Double.NaN, "", group.getFirst().unit(), null)) : lines;
    }

    private static Optional<Double> value(List<Figure> group, String who) {
        return group.stream().filter(figure -> figure.who().equals(who)).map(Figure::value).findFirst();
    }

    /** In columns. */
    static String table(List<Line> lines) {
        var rows = new ArrayList<List<String>>();
        rows.add(HEAD);
        lines.forEach(line -> rows.add(row(line)));
        int[] widths = new int[HEAD.size()];
        rows.forEach(row -> Arrays.setAll(widths, c -> Math.max(widths[c], row.get(c).length())));
        var text = new ArrayList<String>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String padding = " ".repeat(widths[c] - row.get(c).length());
                boolean number = c == 1 || c == 2 || c == 4 || c == 5;
                line.append(c == 0 ? "" : "  ").append(number ? padding + row.get(c) : row.get(c) + padding);
            }
            text.add(line.toString().stripTrailing());
        }
        return String.join("\n", text);
    }

    private static List<String> row(Line line) {
        return List.of(line.what(), number(line.ours(), line.unit()), number(line.rival(), line.unit()), line.unit(),
                Double.isNaN(line.ratio()) ? "-" : String.format(Locale.ROOT, "%.2f", line.ratio()),
                line.aim() == null ? "" : line.aim().toString(), line.aim() == null ? "" : line.isMet() ? "yes" : "NO", line.who());
    }

    private static String number(double value, String unit) {
        boolean whole = value >= 1000 || unit.equals("tests");
        String format = whole ? "%.0f" : value >= 10 ? "%.1f" : value >= 0.01 ? "%.3f" : "%.2g";
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    /** How many aims are reached, in one sentence. */
    static String verdict(List<Line> lines) {
        List<Line> aimed = lines.stream().filter(line -> line.aim() != null).toList();
        long met = aimed.stream().filter(Line::isMet).count();
        return "Reached " + met + " of " + aimed.size() + " aims.";
    }

    /** What is wrong, or was not tried though it must be. */
    static List<String> faults(List<Line> lines) {
        var faults = new ArrayList<String>();
        lines.stream().filter(Line::isFault).forEach(line -> faults.add(line.what() + ": " + number(line.ours(), line.unit()) + " beside "
                + number(line.rival(), line.unit()) + " " + line.unit() + " of " + line.who()));
        for (String needed : List.of(TESTS, ACCURACY)) {
            if (lines.stream().noneMatch(line -> line.what().startsWith(needed) && line.aim() != null)) {
                faults.add("there is no result of: " + needed);
            }
        }
        return faults;
    }
}
