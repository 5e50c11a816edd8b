package limbeck.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Watches over the speed of changes: a handful of cases as ratios to a yardstick in the same process, compared with those of
 * {@link GuardFile}. A case that seems slower is measured again in further JVMs before it is blamed, because each compiles anew.
 */
final class Guard {
    /** How much worse a ratio may be, as a fraction. */
    static final double TOLERANCE = 0.10;
    private static final int ATTEMPTS = 3;

    /**
     * One case after all attempts.
     *
     * @param before the ratio of the file; NaN if it has none
     * @param now the best ratio of all attempts
     */
    record Finding(GuardCase one, double before, double now) {
        /** The change as a fraction; NaN without a figure to compare with. */
        double change() {
            return now / before - 1;
        }

        boolean isWorse() {
            return now < before * (1 - TOLERANCE);
        }
    }

    private final Screen screen;
    private final ToDoubleFunction<GuardCase> measure;

    /**
     * A guard.
     *
     * @param screen where it tells how far it is
     * @param measure gives the ratio of a case, anew each time
     */
    Guard(Screen screen, ToDoubleFunction<GuardCase> measure) {
        this.screen = screen;
        this.measure = measure;
    }

    /** A case, measured in a JVM of its own. */
    static double inChild(GuardCase one) {
        return Double.parseDouble(Child.run(GuardCase.class.getName(), one.name()).getLast());
    }

    /** Measures all cases and compares them with earlier ratios, by title; none for a fresh start. */
    List<Finding> compare(Map<String, Double> before) {
        var findings = new ArrayList<Finding>();
        for (GuardCase one : GuardCase.values()) {
            var finding = new Finding(one, before.getOrDefault(one.title(), Double.NaN), 0);
            for (int attempt = 1; attempt == 1 || attempt <= ATTEMPTS && finding.isWorse(); attempt++) {
                screen.progress(step(one) + (attempt == 1 ? "" : ", seems slower: attempt " + attempt));
                finding = new Finding(one, finding.before, Math.max(finding.now, measure.applyAsDouble(one)));
            }
            findings.add(finding);
        }
        return findings;
    }

    /** The median of as many attempts for each case: what is written to the file. */
    Map<String, Double> record() {
        var ratios = new LinkedHashMap<String, Double>();
        for (GuardCase one : GuardCase.values()) {
            var attempts = new double[ATTEMPTS];
            for (int i = 0; i < ATTEMPTS; i++) {
                screen.progress(step(one) + ", attempt " + (i + 1) + " of " + ATTEMPTS);
                attempts[i] = measure.applyAsDouble(one);
            }
            ratios.put(one.title(), Statistics.median(attempts));
        }
        return ratios;
    }

    private static String step(GuardCase one) {
        return "guard " + (one.ordinal() + 1) + "/" + GuardCase.values().length + "  " + one.title();
    }

    /** A line for each case. */
    static String table(List<Finding> findings) {
        var lines = new ArrayList<String>();
        for (Finding f : findings) {
            String change = Double.isNaN(f.before) ? "new" : String.format(Locale.ROOT, "%+.1f %%", 100 * f.change());
            lines.add(String.format(Locale.ROOT, "%-46s  %10.4g  %8s%s", f.one.title(), f.now, change, f.isWorse() ? "  WORSE" : ""));
        }
        return String.join("\n", lines);
    }
}
