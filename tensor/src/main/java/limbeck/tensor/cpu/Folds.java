package limbeck.tensor.cpu;

import limbeck.tensor.op.ReduceFn;

/** The inner loops of reductions, over float arrays. The order of the additions depends on the lengths alone. */
interface Folds {
    /** The implementation of this process. */
    Folds BEST = Simd.available() ? new VectorFolds() : new ScalarFolds();

    /** {@code into[to + r]} becomes the fold of the run of n elements at {@code at + r * row}. */
    void rows(ReduceFn fn, int rows, int n, float[] x, int at, int row, double[] into, int to);

    /** {@code into[j]} becomes the fold over r of {@code x[at + r * row + j]}; in float, so rows should be few. */
    void columns(ReduceFn fn, int rows, int n, float[] x, int at, int row, float[] into);

    /** The fold of nothing. */
    static double identity(ReduceFn fn) {
        return switch (fn) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** Two folds in one. */
    static double combine(ReduceFn fn, double x, double y) {
        return switch (fn) {
            case SUM -> x + y;
            case MAX -> Math.max(x, y);
            case MIN -> Math.min(x, y);
        };
    }
}
