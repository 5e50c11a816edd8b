package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The passes of {@link SoftmaxKernels} over one row, which stays in the first cache between them. The end of a row, less than a
 * vector, is computed by the same formulas one by one. Exponentials are taken as if all were normal floats, and once more where
 * one is not: a row so far spread is rare.
 */
final class VectorSoftmax {
    private static final int L = S.length();

    private VectorSoftmax() {
    }

    /** The largest element; NaN if there is one. */
    static float max(int n, float[] x, int at) {
        int bulk = S.loopBound(n);
        FloatVector most = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < bulk; i += L) {
            most = FloatVector.fromArray(S, x, at + i).max(most);
        }
        // The order does not matter to a maximum, as it would to a sum.
        float max = bulk > 0 ? most.reduceLanes(VectorOperators.MAX) : Float.NEGATIVE_INFINITY;
        for (int i = bulk; i < n; i++) {
            max = Math.max(max, x[at + i]);
        }
        return max;
    }

    /** {@code sum(exp(x - shift))}. */
    static double expSum(int n, float[] x, int at, float shift, float[] lanes) {
        int bulk = S.loopBound(n);
        if (bulk > 0 && !normalExpSum(bulk, x, at, shift, lanes)) {
            anyExpSum(bulk, x, at, shift, lanes);
        }
        double total = total(bulk, lanes);
        for (int i = bulk; i < n; i++) {
            total += ScalarMath.exp(x[at + i] - shift);
        }
        return total;
    }

    private static boolean normalExpSum(int bulk, float[] x, int at, float shift, float[] lanes) {
        FloatVector sum = FloatVector.zero(S);
        IntVector most = sum.reinterpretAsInts();
        FloatVector less = FloatVector.broadcast(S, shift);
        for (int i = 0; i < bulk; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i).sub(less);
            most = VectorMath.magnitude(most, v);
            sum = VectorMath.normalExp(v).add(sum);
        }
        sum.intoArray(lanes, 0);
        return VectorMath.isAtMost(most, ScalarMath.EXP_NORMAL);
    }

    private static void anyExpSum(int bulk, float[] x, int at, float shift, float[] lanes) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector less = FloatVector.broadcast(S, shift);
        for (int i = 0; i < bulk; i += L) {
            sum = VectorMath.exp(FloatVector.fromArray(S, x, at + i).sub(less)).add(sum);
        }
        sum.intoArray(lanes, 0);
    }

    /** {@code z = exp((x - shift) scale)}, and its sum. */
    static double exp(int n, float[] x, int at, float shift, float scale, float[] z, int to, float[] lanes) {
        int bulk = S.loopBound(n);
        if (bulk > 0 && !normalExp(bulk, x, at, shift, scale, z, to, lanes)) {
            anyExp(bulk, x, at, shift, scale, z, to, lanes);
        }
        double total = total(bulk, lanes);
        for (int i = bulk; i < n; i++) {
            z[to + i] = ScalarMath.exp((x[at + i] - shift) * scale);
            total += z[to + i];
        }
        return total;
    }

    private static boolean normalExp(int bulk, float[] x, int at, float shift, float scale, float[] z, int to, float[] lanes) {
        FloatVector sum = FloatVector.zero(S);
        IntVector most = sum.reinterpretAsInts();
        FloatVector less = FloatVector.broadcast(S, shift);
        FloatVector factor = FloatVector.broadcast(S, scale);
        for (int i = 0; i < bulk; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i).sub(less).mul(factor);
            most = VectorMath.magnitude(most, v);
            FloatVector e = VectorMath.normalExp(v);
            e.intoArray(z, to + i);
            sum = e.add(sum);
        }
        sum.intoArray(lanes, 0);
        return VectorMath.isAtMost(most, ScalarMath.EXP_NORMAL);
    }

    private static void anyExp(int bulk, float[] x, int at, float shift, float scale, float[] z, int to, float[] lanes) {
        FloatVector sum = FloatVector.zero(S);
        FloatVector less = FloatVector.broadcast(S, shift);
        FloatVector factor = FloatVector.broadcast(S, scale);
        for (int i = 0; i < bulk; i += L) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(S, x, at + i).sub(less).mul(factor));
            e.intoArray(z, to + i);
            sum = e.add(sum);
        }
        sum.intoArray(lanes, 0);
    }

    /** {@code sum(f ((y - other) - (x - shift)))}. */
    static double moment(int n, float[] f, float[] y, int from, float other, float[] x, int at, float shift, float[] lanes) {
        int bulk = S.loopBound(n);
        FloatVector sum = FloatVector.zero(S);
        FloatVector lessX = FloatVector.broadcast(S, shift);
        FloatVector lessY = FloatVector.broadcast(S, other);
        for (int i = 0; i < bulk; i += L) {
            FloatVector distance = FloatVector.fromArray(S, y, from + i).sub(lessY).sub(FloatVector.fromArray(S, x, at + i).sub(lessX));
            sum = FloatVector.fromArray(S, f, i).fma(distance, sum);
        }
        sum.intoArray(lanes, 0);
        double total = total(bulk, lanes);
        for (int i = bulk; i < n; i++) {
            total += (double) f[i] * (y[from + i] - other - (x[at + i] - shift));
        }
        return total;
    }

    /** {@code z = z scale - f other}. */
    static void difference(int n, float[] z, int at, float scale, float[] f, float other) {
        int bulk = S.loopBound(n);
        FloatVector first = FloatVector.broadcast(S, scale);
        FloatVector second = FloatVector.broadcast(S, -other);
        for (int i = 0; i < bulk; i += L) {
            FloatVector.fromArray(S, z, at + i).mul(first).add(FloatVector.fromArray(S, f, i).mul(second)).intoArray(z, at + i);
        }
        for (int i = bulk; i < n; i++) {
            z[at + i] = z[at + i] * scale - f[i] * other;
        }
    }

    /** {@code z = x - shift - rest}. */
    static void shift(int n, float[] x, int at, float shift, float rest, float[] z, int to) {
        int bulk = S.loopBound(n);
        FloatVector first = FloatVector.broadcast(S, shift);
        FloatVector second = FloatVector.broadcast(S, rest);
        for (int i = 0; i < bulk; i += L) {
            FloatVector.fromArray(S, x, at + i).sub(first).sub(second).intoArray(z, to + i);
        }
        for (int i = bulk; i < n; i++) {
            z[to + i] = x[at + i] - shift - rest;
        }
    }

    /** {@code z = z scale + more}. */
    static void scale(int n, float[] z, int at, float scale, float more) {
        int bulk = S.loopBound(n);
        FloatVector factor = FloatVector.broadcast(S, scale);
        FloatVector added = FloatVector.broadcast(S, more);
        for (int i = 0; i < bulk; i += L) {
            FloatVector.fromArray(S, z, at + i).fma(factor, added).intoArray(z, at + i);
        }
        for (int i = bulk; i < n; i++) {
            z[at + i] = Math.fma(z[at + i], scale, more);
        }
    }

    /** {@code sum(g - shift)}. */
    static double sum(int n, float[] g, int at, float shift, float[] lanes) {
        int bulk = S.loopBound(n);
        FloatVector sum = FloatVector.zero(S);
        FloatVector less = FloatVector.broadcast(S, shift);
        for (int i = 0; i < bulk; i += L) {
            sum = FloatVector.fromArray(S, g, at + i).sub(less).add(sum);
        }
        sum.intoArray(lanes, 0);
        double total = total(bulk, lanes);
        for (int i = bulk; i < n; i++) {
            total += g[at + i] - shift;
        }
        return total;
    }

    /** {@code sum(y g)}. */
    static double dot(int n, float[] y, int at, float[] g, int from, float[] lanes) {
        int bulk = S.loopBound(n);
        FloatVector sum = FloatVector.zero(S);
        for (int i = 0; i < bulk; i += L) {
            sum = FloatVector.fromArray(S, y, at + i).fma(FloatVector.fromArray(S, g, from + i), sum);
        }
        sum.intoArray(lanes, 0);
        double total = total(bulk, lanes);
        for (int i = bulk; i < n; i++) {
            total += (double) y[at + i] * g[from + i];
        }
        return total;
    }

    /** {@code z = g - exp(y) sum}. */
    static void lessExp(int n, float[] y, int at, float[] g, int from, float sum, float[] z, int to) {
        int bulk = S.loopBound(n);
        if (bulk > 0 && !lessNormalExp(bulk, y, at, g, from, sum, z, to)) {
            lessAnyExp(bulk, y, at, g, from, sum, z, to);
        }
        for (int i = bulk; i < n; i++) {
            z[to + i] = Math.fma(ScalarMath.exp(y[at + i]), -sum, g[from + i]);
        }
    }

    private static boolean lessNormalExp(int bulk, float[] y, int at, float[] g, int from, float sum, float[] z, int to) {
        FloatVector factor = FloatVector.broadcast(S, -sum);
        IntVector most = FloatVector.zero(S).reinterpretAsInts();
        for (int i = 0; i < bulk; i += L) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            most = VectorMath.magnitude(most, v);
            VectorMath.normalExp(v).fma(factor, FloatVector.fromArray(S, g, from + i)).intoArray(z, to + i);
        }
        return VectorMath.isAtMost(most, ScalarMath.EXP_NORMAL);
    }

    private static void lessAnyExp(int bulk, float[] y, int at, float[] g, int from, float sum, float[] z, int to) {
        FloatVector factor = FloatVector.broadcast(S, -sum);
        for (int i = 0; i < bulk; i += L) {
            VectorMath.exp(FloatVector.fromArray(S, y, at + i)).fma(factor, FloatVector.fromArray(S, g, from + i)).intoArray(z, to + i);
        }
    }

    /** {@code z = y (g - sum)}. */
    static void centred(int n, float[] y, int at, float[] g, int from, float sum, float[] z, int to) {
        int bulk = S.loopBound(n);
        FloatVector middle = FloatVector.broadcast(S, sum);
        for (int i = 0; i < bulk; i += L) {
            FloatVector.fromArray(S, g, from + i).sub(middle).mul(FloatVector.fromArray(S, y, at + i)).intoArray(z, to + i);
        }
        for (int i = bulk; i < n; i++) {
            z[to + i] = (g[from + i] - sum) * y[at + i];
        }
    }

    // One lane after the other: the compiler is free to choose the order of reduceLanes.
    private static double total(int bulk, float[] lanes) {
        double total = 0;
        if (bulk > 0) {
            for (int i = 0; i < L; i++) {
                total += lanes[i];
            }
        }
        return total;
    }
}
