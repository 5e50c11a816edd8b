package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.op.ReduceFn;

/** Reductions without vectors. Rows are summed in double, so that no order matters much. */
final class ScalarFolds implements Folds {
    @Override
    public void rows(ReduceFn fn, int rows, int n, float[] x, int at, int row, double[] into, int to) {
        for (int r = 0; r < rows; r++) {
            into[to + r] = switch (fn) {
                case SUM -> sum(n, x, at + r * row);
                case MAX -> max(n, x, at + r * row);
                case MIN -> min(n, x, at + r * row);
            };
        }
    }

    static double sum(int n, float[] x, int at) {
        // Four chains, because each addition waits for the one before it.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            a += x[at + i];
            b += x[at + i + 1];
            c += x[at + i + 2];
            d += x[at + i + 3];
        }
        for (; i < n; i++) {
            a += x[at + i];
        }
        return (a + b) + (c + d);
    }

    static float max(int n, float[] x, int at) {
        float best = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            best = Math.max(best, x[at + i]);
        }
        return best;
    }

    static float min(int n, float[] x, int at) {
        float best = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            best = Math.min(best, x[at + i]);
        }
        return best;
    }

    @Override
    public void columns(ReduceFn fn, int rows, int n, float[] x, int at, int row, float[] into) {
        columns(fn, rows, 0, n, x, at, row, into);
    }

    /** The columns from one on. */
    static void columns(ReduceFn fn, int rows, int first, int n, float[] x, int at, int row, float[] into) {
        Arrays.fill(into, first, n, (float) Folds.identity(fn));
        for (int r = 0; r < rows; r++) {
            int from = at + r * row;
            switch (fn) {
                case SUM -> {
                    for (int j = first; j < n; j++) {
                        into[j] += x[from + j];
                    }
                }
                case MAX -> {
                    for (int j = first; j < n; j++) {
                        into[j] = Math.max(into[j], x[from + j]);
                    }
                }
                case MIN -> {
                    for (int j = first; j < n; j++) {
                        into[j] = Math.min(into[j], x[from + j]);
                    }
                }
            }
        }
    }
}
