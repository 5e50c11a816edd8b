package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Locale;

/**
 * What is wanted of two figures.
 *
 * @param ratio ours over the other's, at least; NaN where the difference counts
 * @param difference how far they may be apart; NaN where the ratio counts
 * @param required whether it is about being right, not about being fast
 */
record Aim(double ratio, double difference, boolean required) {
    /** Products in TensorFloat-32 beside cuBLAS. */
    private static final Aim PRODUCT = new Aim(0.8, Double.NaN, false);
    /** A step of distillation beside PyTorch as it comes. */
    private static final Aim STEP = new Aim(2, Double.NaN, false);
    /** What memory decides, beside a copy. */
    private static final Aim MEMORY = new Aim(0.9, Double.NaN, false);
    /** All tests. */
    private static final Aim TESTS = new Aim(1, Double.NaN, true);

    /** As near as that to the other's. */
    static Aim within(double difference) {
        return new Aim(Double.NaN, difference, true);
    }

    /** The aim of some figures beside those of one other; null for none. */
    static Aim of(String what, String who) {
        if (what.startsWith(Check.TESTS)) {
            return TESTS;
        }
        if (what.startsWith("product ") && what.endsWith(" tf32") && who.startsWith("cuBLAS")) {
            return PRODUCT;
        }
        if (what.startsWith("step ") && what.contains(" from ") && who.equals("PyTorch eager")) {
            return STEP;
        }
        return List.of("elementwise ", "batch norm,").stream().anyMatch(what::startsWith) && who.equals("copy") ? MEMORY : null;
    }

    /** Whether it is reached; not a number reaches nothing. */
    boolean isMet(double ours, double theirs) {
        return Double.isNaN(ratio) ? Math.abs(ours - theirs) <= difference : ours / theirs >= ratio;
    }

    /** In a few signs. */
    @Override
    public String toString() {
        return Double.isNaN(ratio) ? String.format(Locale.ROOT, "+-%.2f", difference) : String.format(Locale.ROOT, ">=%.2f", ratio);
    }
}
