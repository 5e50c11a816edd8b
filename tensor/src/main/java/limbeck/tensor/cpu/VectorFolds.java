package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import limbeck.tensor.op.ReduceFn;

/**
 * Reductions on vectors. A row is summed in blocks, each into four vectors of partial sums, and the blocks are added in
 * double: the error does not grow with the row.
 */
final class VectorFolds implements Folds {
    private static final int L = S.length();
    private static final int BLOCK = 1024;
    // Which lane to add to which: half a vector away, a quarter, ... At 128 bits the first two are idle turns of the whole.
    private static final VectorShuffle<Float> TURN_8 = turn(8);
    private static final VectorShuffle<Float> TURN_4 = turn(4);
    private static final VectorShuffle<Float> TURN_2 = turn(2);
    private static final VectorShuffle<Float> TURN_1 = turn(1);

    private static VectorShuffle<Float> turn(int lanes) {
        return VectorShuffle.fromOp(S, i -> (i + lanes) % L);
    }

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

    private static double sum(int n, float[] x, int at) {
        double sum = 0;
        int bulk = S.loopBound(n);
        for (int i = 0; i < bulk; i += BLOCK) {
            sum += block(Math.min(BLOCK, bulk - i), x, at + i);
        }
        for (int i = bulk; i < n; i++) {
            sum += x[at + i];
        }
        return sum;
    }

    private static float block(int n, float[] x, int at) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            a = FloatVector.fromArray(S, x, at + i).add(a);
            b = FloatVector.fromArray(S, x, at + i + L).add(b);
            c = FloatVector.fromArray(S, x, at + i + 2 * L).add(c);
            d = FloatVector.fromArray(S, x, at + i + 3 * L).add(d);
        }
        for (; i < n; i += L) {
            a = FloatVector.fromArray(S, x, at + i).add(a);
        }
        return lanes(a.add(b).add(c.add(d)));
    }

    /** The sum of the lanes in a fixed order, which reduceLanes does not promise. */
    private static float lanes(FloatVector v) {
        if (L >= 16) {
            v = v.add(v.rearrange(TURN_8));
        }
        if (L >= 8) {
            v = v.add(v.rearrange(TURN_4));
        }
        v = v.add(v.rearrange(TURN_2));
        return v.add(v.rearrange(TURN_1)).lane(0);
    }

    private static float max(int n, float[] x, int at) {
        int bulk = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        int i = 0;
        for (; i <= bulk - 2 * L; i += 2 * L) {
            a = FloatVector.fromArray(S, x, at + i).max(a);
            b = FloatVector.fromArray(S, x, at + i + L).max(b);
        }
        for (; i < bulk; i += L) {
            a = FloatVector.fromArray(S, x, at + i).max(a);
        }
        float best = bulk == 0 ? Float.NEGATIVE_INFINITY : a.max(b).reduceLanes(VectorOperators.MAX);
        return Math.max(best, ScalarFolds.max(n - bulk, x, at + bulk));
    }

    private static float min(int n, float[] x, int at) {
        int bulk = S.loopBound(n);
        FloatVector a = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
        FloatVector b = a;
        int i = 0;
        for (; i <= bulk - 2 * L; i += 2 * L) {
            a = FloatVector.fromArray(S, x, at + i).min(a);
            b = FloatVector.fromArray(S, x, at + i + L).min(b);
        }
        for (; i < bulk; i += L) {
            a = FloatVector.fromArray(S, x, at + i).min(a);
        }
        float best = bulk == 0 ? Float.POSITIVE_INFINITY : a.min(b).reduceLanes(VectorOperators.MIN);
        return Math.min(best, ScalarFolds.min(n - bulk, x, at + bulk));
    }

    @Override
    public void columns(ReduceFn fn, int rows, int n, float[] x, int at, int row, float[] into) {
        int bulk = S.loopBound(n);
        for (int j = 0; j < bulk; ) {
            boolean wide = j + 4 * L <= bulk;
            switch (fn) {
                case SUM -> {
                    if (wide) {
                        sumWide(rows, x, at + j, row, into, j);
                    } else {
                        sumNarrow(rows, x, at + j, row, into, j);
                    }
                }
                case MAX -> max(rows, x, at + j, row, into, j);
                case MIN -> min(rows, x, at + j, row, into, j);
            }
            j += wide && fn == ReduceFn.SUM ? 4 * L : L;
        }
        ScalarFolds.columns(fn, rows, bulk, n, x, at, row, into);
    }

    /** Four vectors of columns side by side. */
    private static void sumWide(int rows, float[] x, int at, int row, float[] into, int j) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (int r = 0; r < rows; r++) {
            int from = at + r * row;
            a = FloatVector.fromArray(S, x, from).add(a);
            b = FloatVector.fromArray(S, x, from + L).add(b);
            c = FloatVector.fromArray(S, x, from + 2 * L).add(c);
            d = FloatVector.fromArray(S, x, from + 3 * L).add(d);
        }
        a.intoArray(into, j);
        b.intoArray(into, j + L);
        c.intoArray(into, j + 2 * L);
        d.intoArray(into, j + 3 * L);
    }

    /** One vector of columns, every fourth row into the same sum. */
    private static void sumNarrow(int rows, float[] x, int at, int row, float[] into, int j) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int r = 0;
        for (; r <= rows - 4; r += 4) {
            int from = at + r * row;
            a = FloatVector.fromArray(S, x, from).add(a);
            b = FloatVector.fromArray(S, x, from + row).add(b);
            c = FloatVector.fromArray(S, x, from + 2 * row).add(c);
            d = FloatVector.fromArray(S, x, from + 3 * row).add(d);
        }
        for (; r < rows; r++) {
            a = FloatVector.fromArray(S, x, at + r * row).add(a);
        }
        a.add(b).add(c.add(d)).intoArray(into, j);
    }

    private static void max(int rows, float[] x, int at, int row, float[] into, int j) {
        FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int r = 0; r < rows; r++) {
            a = FloatVector.fromArray(S, x, at + r * row).max(a);
        }
        a.intoArray(into, j);
    }

    private static void min(int rows, float[] x, int at, int row, float[] into, int j) {
        FloatVector a = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
        for (int r = 0; r < rows; r++) {
            a = FloatVector.fromArray(S, x, at + r * row).min(a);
        }
        a.intoArray(into, j);
    }
}
