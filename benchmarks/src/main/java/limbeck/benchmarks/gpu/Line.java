package limbeck.benchmarks.gpu;

/**
 * Ours beside one other, and what was aimed at.
 *
 * @param what was done
 * @param ours our figure; NaN for none
 * @param rival the other's; NaN for none
 * @param who the other is; empty for none
 * @param unit of both
 * @param aim what is aimed at, or null
 */
record Line(String what, double ours, double rival, String who, String unit, Aim aim) {
    double ratio() {
        return ours / rival;
    }

    /** Whether the aim is reached; true where there is none. */
    boolean isMet() {
        return aim == null || aim.isMet(ours, rival);
    }

    /** Whether missing it is a fault, and not only slowness. */
    boolean isFault() {
        return aim != null && aim.required() && !isMet();
    }
}
