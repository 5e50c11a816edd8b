package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The inner loops of {@link ChannelKernels}, four vectors a step. The channels of all pixels lie one after the other, and so the
 * numbers that belong to them are repeated to a period that is a multiple of a step; a length is a multiple of the period.
 */
final class VectorChannels {
    private static final int L = S.length();
    /** Floats of a step. */
    private static final int STEP = 4 * L;

    private VectorChannels() {
    }

    /** {@code sums += sum(x - pivot)} and {@code squares += sum((x - pivot)^2)} for each place in the period, all of them from {@code at} on. */
    static void moments(int n, int period, float[] x, int xi, float[] pivot, float[] sums, float[] squares, int at) {
        for (int j = 0; j < period; j += STEP) {
            moments(period, x, xi + j, xi + n, pivot, sums, squares, at + j);
        }
    }

    private static void moments(int period, float[] x, int from, int to, float[] pivot, float[] sums, float[] squares, int at) {
        FloatVector p0 = load(pivot, at);
        FloatVector p1 = load(pivot, at + L);
        FloatVector p2 = load(pivot, at + 2 * L);
        FloatVector p3 = load(pivot, at + 3 * L);
        FloatVector a0 = load(sums, at);
        FloatVector a1 = load(sums, at + L);
        FloatVector a2 = load(sums, at + 2 * L);
        FloatVector a3 = load(sums, at + 3 * L);
        FloatVector b0 = load(squares, at);
        FloatVector b1 = load(squares, at + L);
        FloatVector b2 = load(squares, at + 2 * L);
        FloatVector b3 = load(squares, at + 3 * L);
        for (int i = from; i < to; i += period) {
            FloatVector x0 = load(x, i).sub(p0);
            FloatVector x1 = load(x, i + L).sub(p1);
            FloatVector x2 = load(x, i + 2 * L).sub(p2);
            FloatVector x3 = load(x, i + 3 * L).sub(p3);
            a0 = x0.add(a0);
            a1 = x1.add(a1);
            a2 = x2.add(a2);
            a3 = x3.add(a3);
            b0 = x0.fma(x0, b0);
            b1 = x1.fma(x1, b1);
            b2 = x2.fma(x2, b2);
            b3 = x3.fma(x3, b3);
        }
        store(sums, at, a0, a1, a2, a3);
        store(squares, at, b0, b1, b2, b3);
    }

    /**
     * {@code y = max(x scale + shift + residual, floor)}; the residual may be null. Both loops in one method, because together they
     * are too large to be inlined: inlined into what a convolution does to its result, they kept vectors on the heap.
     */
    static void affine(int n, int period, float[] x, int xi, float[] scale, float[] shift, float[] residual, int ri, float floor,
            float[] y, int yi) {
        FloatVector low = FloatVector.broadcast(S, floor);
        for (int j = 0; j < period; j += STEP) {
            FloatVector s0 = load(scale, j);
            FloatVector s1 = load(scale, j + L);
            FloatVector s2 = load(scale, j + 2 * L);
            FloatVector s3 = load(scale, j + 3 * L);
            FloatVector h0 = load(shift, j);
            FloatVector h1 = load(shift, j + L);
            FloatVector h2 = load(shift, j + 2 * L);
            FloatVector h3 = load(shift, j + 3 * L);
            if (residual == null) {
                for (int i = j; i < n; i += period) {
                    load(x, xi + i).fma(s0, h0).max(low).intoArray(y, yi + i);
                    load(x, xi + i + L).fma(s1, h1).max(low).intoArray(y, yi + i + L);
                    load(x, xi + i + 2 * L).fma(s2, h2).max(low).intoArray(y, yi + i + 2 * L);
                    load(x, xi + i + 3 * L).fma(s3, h3).max(low).intoArray(y, yi + i + 3 * L);
                }
            } else {
                for (int i = j; i < n; i += period) {
                    load(x, xi + i).fma(s0, h0).add(load(residual, ri + i)).max(low).intoArray(y, yi + i);
                    load(x, xi + i + L).fma(s1, h1).add(load(residual, ri + i + L)).max(low).intoArray(y, yi + i + L);
                    load(x, xi + i + 2 * L).fma(s2, h2).add(load(residual, ri + i + 2 * L)).max(low).intoArray(y, yi + i + 2 * L);
                    load(x, xi + i + 3 * L).fma(s3, h3).add(load(residual, ri + i + 3 * L)).max(low).intoArray(y, yi + i + 3 * L);
                }
            }
        }
    }

    /** {@code sums = sum(g)} and {@code products = sum(g (x - mean))} for each place in the period. */
    static void sums(int n, int period, float[] x, int xi, float[] g, int gi, float[] mean, float[] sums, float[] products, int at) {
        for (int j = 0; j < period; j += STEP) {
            sums(n, period, x, xi, g, gi, j, mean, sums, products, at + j);
        }
    }

    private static void sums(int n, int period, float[] x, int xi, float[] g, int gi, int j, float[] mean, float[] sums,
            float[] products, int at) {
        FloatVector m0 = load(mean, j);
        FloatVector m1 = load(mean, j + L);
        FloatVector m2 = load(mean, j + 2 * L);
        FloatVector m3 = load(mean, j + 3 * L);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int i = j; i < n; i += period) {
            FloatVector g0 = load(g, gi + i);
            FloatVector g1 = load(g, gi + i + L);
            FloatVector g2 = load(g, gi + i + 2 * L);
            FloatVector g3 = load(g, gi + i + 3 * L);
            a0 = g0.add(a0);
            a1 = g1.add(a1);
            a2 = g2.add(a2);
            a3 = g3.add(a3);
            b0 = load(x, xi + i).sub(m0).fma(g0, b0);
            b1 = load(x, xi + i + L).sub(m1).fma(g1, b1);
            b2 = load(x, xi + i + 2 * L).sub(m2).fma(g2, b2);
            b3 = load(x, xi + i + 3 * L).sub(m3).fma(g3, b3);
        }
        store(sums, at, a0, a1, a2, a3);
        store(products, at, b0, b1, b2, b3);
    }

    /** {@code flow = y > 0 ? g : 0} and its {@link #sums}. */
    static void gateSums(int n, int period, float[] x, int xi, float[] y, int yi, float[] g, int gi, float[] mean, float[] flow, int fi,
            float[] sums, float[] products, int at) {
        for (int j = 0; j < period; j += STEP) {
            gateSums(n, period, x, xi, y, yi, g, gi, j, mean, flow, fi, sums, products, at + j);
        }
    }

    private static void gateSums(int n, int period, float[] x, int xi, float[] y, int yi, float[] g, int gi, int j, float[] mean,
            float[] flow, int fi, float[] sums, float[] products, int at) {
        FloatVector m0 = load(mean, j);
        FloatVector m1 = load(mean, j + L);
        FloatVector m2 = load(mean, j + 2 * L);
        FloatVector m3 = load(mean, j + 3 * L);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        for (int i = j; i < n; i += period) {
            FloatVector g0 = gate(load(y, yi + i), load(g, gi + i));
            FloatVector g1 = gate(load(y, yi + i + L), load(g, gi + i + L));
            FloatVector g2 = gate(load(y, yi + i + 2 * L), load(g, gi + i + 2 * L));
            FloatVector g3 = gate(load(y, yi + i + 3 * L), load(g, gi + i + 3 * L));
            store(flow, fi + i, g0, g1, g2, g3);
            a0 = g0.add(a0);
            a1 = g1.add(a1);
            a2 = g2.add(a2);
            a3 = g3.add(a3);
            b0 = load(x, xi + i).sub(m0).fma(g0, b0);
            b1 = load(x, xi + i + L).sub(m1).fma(g1, b1);
            b2 = load(x, xi + i + 2 * L).sub(m2).fma(g2, b2);
            b3 = load(x, xi + i + 3 * L).sub(m3).fma(g3, b3);
        }
        store(sums, at, a0, a1, a2, a3);
        store(products, at, b0, b1, b2, b3);
    }

    /** The same where g passes only if {@code x scale + shift > 0}. */
    static void passedSums(int n, int period, float[] x, int xi, float[] g, int gi, float[] scale, float[] shift, float[] mean,
            float[] sums, float[] products, int at) {
        for (int j = 0; j < period; j += STEP / 2) {
            passedSums(n, period, x, xi, g, gi, j, scale, shift, mean, sums, products, at + j);
        }
    }

    // Two vectors a step: with five constants and sums each, more would not stay in registers.
    private static void passedSums(int n, int period, float[] x, int xi, float[] g, int gi, int j, float[] scale, float[] shift,
            float[] mean, float[] sums, float[] products, int at) {
        FloatVector s0 = load(scale, j);
        FloatVector s1 = load(scale, j + L);
        FloatVector h0 = load(shift, j);
        FloatVector h1 = load(shift, j + L);
        FloatVector m0 = load(mean, j);
        FloatVector m1 = load(mean, j + L);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        for (int i = j; i < n; i += period) {
            FloatVector x0 = load(x, xi + i);
            FloatVector x1 = load(x, xi + i + L);
            FloatVector g0 = passed(x0, s0, h0, load(g, gi + i));
            FloatVector g1 = passed(x1, s1, h1, load(g, gi + i + L));
            a0 = g0.add(a0);
            a1 = g1.add(a1);
            b0 = x0.sub(m0).fma(g0, b0);
            b1 = x1.sub(m1).fma(g1, b1);
        }
        a0.intoArray(sums, at);
        a1.intoArray(sums, at + L);
        b0.intoArray(products, at);
        b1.intoArray(products, at + L);
    }

    /** {@code d = g scale + x a + b}. */
    static void input(int n, int period, float[] x, int xi, float[] g, int gi, float[] scale, float[] a, float[] b, float[] d, int di) {
        for (int j = 0; j < period; j += STEP) {
            FloatVector s0 = load(scale, j);
            FloatVector s1 = load(scale, j + L);
            FloatVector s2 = load(scale, j + 2 * L);
            FloatVector s3 = load(scale, j + 3 * L);
            FloatVector a0 = load(a, j);
            FloatVector a1 = load(a, j + L);
            FloatVector a2 = load(a, j + 2 * L);
            FloatVector a3 = load(a, j + 3 * L);
            FloatVector b0 = load(b, j);
            FloatVector b1 = load(b, j + L);
            FloatVector b2 = load(b, j + 2 * L);
            FloatVector b3 = load(b, j + 3 * L);
            for (int i = j; i < n; i += period) {
                load(g, gi + i).fma(s0, load(x, xi + i).fma(a0, b0)).intoArray(d, di + i);
                load(g, gi + i + L).fma(s1, load(x, xi + i + L).fma(a1, b1)).intoArray(d, di + i + L);
                load(g, gi + i + 2 * L).fma(s2, load(x, xi + i + 2 * L).fma(a2, b2)).intoArray(d, di + i + 2 * L);
                load(g, gi + i + 3 * L).fma(s3, load(x, xi + i + 3 * L).fma(a3, b3)).intoArray(d, di + i + 3 * L);
            }
        }
    }

    /** The same where g passes only if {@code x scale + shift > 0}. */
    static void passedInput(int n, int period, float[] x, int xi, float[] g, int gi, float[] scale, float[] shift, float[] a,
            float[] b, float[] d, int di) {
        for (int j = 0; j < period; j += STEP) {
            FloatVector s0 = load(scale, j);
            FloatVector s1 = load(scale, j + L);
            FloatVector s2 = load(scale, j + 2 * L);
            FloatVector s3 = load(scale, j + 3 * L);
            FloatVector h0 = load(shift, j);
            FloatVector h1 = load(shift, j + L);
            FloatVector h2 = load(shift, j + 2 * L);
            FloatVector h3 = load(shift, j + 3 * L);
            FloatVector a0 = load(a, j);
            FloatVector a1 = load(a, j + L);
            FloatVector a2 = load(a, j + 2 * L);
            FloatVector a3 = load(a, j + 3 * L);
            FloatVector b0 = load(b, j);
            FloatVector b1 = load(b, j + L);
            FloatVector b2 = load(b, j + 2 * L);
            FloatVector b3 = load(b, j + 3 * L);
            for (int i = j; i < n; i += period) {
                FloatVector x0 = load(x, xi + i);
                passed(x0, s0, h0, load(g, gi + i)).fma(s0, x0.fma(a0, b0)).intoArray(d, di + i);
                FloatVector x1 = load(x, xi + i + L);
                passed(x1, s1, h1, load(g, gi + i + L)).fma(s1, x1.fma(a1, b1)).intoArray(d, di + i + L);
                FloatVector x2 = load(x, xi + i + 2 * L);
                passed(x2, s2, h2, load(g, gi + i + 2 * L)).fma(s2, x2.fma(a2, b2)).intoArray(d, di + i + 2 * L);
                FloatVector x3 = load(x, xi + i + 3 * L);
                passed(x3, s3, h3, load(g, gi + i + 3 * L)).fma(s3, x3.fma(a3, b3)).intoArray(d, di + i + 3 * L);
            }
        }
    }

    private static FloatVector gate(FloatVector y, FloatVector g) {
        return FloatVector.zero(S).blend(g, y.compare(VectorOperators.GT, 0));
    }

    private static FloatVector passed(FloatVector x, FloatVector scale, FloatVector shift, FloatVector g) {
        return gate(x.fma(scale, shift), g);
    }

    private static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(S, a, i);
    }

    private static void store(float[] to, int at, FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
        v0.intoArray(to, at);
        v1.intoArray(to, at + L);
        v2.intoArray(to, at + 2 * L);
        v3.intoArray(to, at + 3 * L);
    }
}
