package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.VectorMath.S;

import jdk.incubator.vector.FloatVector;

/**
 * The passes of {@link LayerNormKernels} over up to four rows, which stay in the first cache between them. Four, because a sum of
 * lanes waits for each of its additions, and four of them wait together. Otherwise the passes go row by row, in the order of memory.
 *
 * <p>What is known of the rows lies in an array: four means, four times one over the standard deviation, and for the gradient
 * four levels and slopes. Sums are of floats within a piece of a row, and of doubles over the pieces.
 */
final class VectorNorm {
    /** Rows at once. */
    static final int ROWS = 4;

    private static final int L = S.length();
    private static final int STEP = 4 * L;
    /** Numbers of a row whose sum is taken in float. */
    private static final int PIECE = 64 * STEP;
    /** Floats that sums need in passing: a vector for each row. */
    static final int LANES = ROWS * L;
    /** Floats that hold what is known of the rows. */
    static final int KNOWN = 4 * ROWS;
    private static final int RSTD = ROWS;
    private static final int LEVEL = 2 * ROWS;
    private static final int SLOPE = 3 * ROWS;

    private VectorNorm() {
    }

    /** Finds the means of rows. */
    private static void means(int rows, int n, float[] x, int at, float[] lanes, float[] known) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < n; i += PIECE) {
            for (int r = 0; r < rows; r++) {
                sum(Math.min(PIECE, n - i), x, at + r * n + i, lanes, r * L);
            }
            a += total(lanes, 0);
            b += total(lanes, 1);
            c += total(lanes, 2);
            d += total(lanes, 3);
        }
        known[0] = (float) (a / n);
        known[1] = (float) (b / n);
        known[2] = (float) (c / n);
        known[3] = (float) (d / n);
    }

    /** Finds the means of rows, and one over their standard deviations. */
    static void statistics(int rows, int n, float[] x, int at, double epsilon, float[] lanes, float[] known) {
        means(rows, n, x, at, lanes, known);
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < n; i += PIECE) {
            for (int r = 0; r < rows; r++) {
                squares(Math.min(PIECE, n - i), x, at + r * n + i, known[r], lanes, r * L);
            }
            a += total(lanes, 0);
            b += total(lanes, 1);
            c += total(lanes, 2);
            d += total(lanes, 3);
        }
        known[RSTD] = inverseRoot(a / n + epsilon);
        known[RSTD + 1] = inverseRoot(b / n + epsilon);
        known[RSTD + 2] = inverseRoot(c / n + epsilon);
        known[RSTD + 3] = inverseRoot(d / n + epsilon);
    }

    private static float inverseRoot(double x) {
        return (float) (1 / Math.sqrt(x));
    }

    /** The sum of a piece of a row, as many sums as a vector has lanes. */
    private static void sum(int n, float[] x, int at, float[] lanes, int to) {
        int bulk = S.loopBound(n);
        int steps = n / STEP * STEP;
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = at; i < at + steps; i += STEP) {
            a = FloatVector.fromArray(S, x, i).add(a);
            b = FloatVector.fromArray(S, x, i + L).add(b);
            c = FloatVector.fromArray(S, x, i + 2 * L).add(c);
            d = FloatVector.fromArray(S, x, i + 3 * L).add(d);
        }
        for (int i = at + steps; i < at + bulk; i += L) {
            a = FloatVector.fromArray(S, x, i).add(a);
        }
        a.add(b).add(c.add(d)).intoArray(lanes, to);
        for (int i = bulk; i < n; i++) {
            lanes[to + i - bulk] += x[at + i];
        }
    }

    /** The same for {@code (x - mean)^2}. */
    private static void squares(int n, float[] x, int at, float mean, float[] lanes, int to) {
        int bulk = S.loopBound(n);
        int steps = n / STEP * STEP;
        FloatVector m = FloatVector.broadcast(S, mean);
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = at; i < at + steps; i += STEP) {
            FloatVector x0 = FloatVector.fromArray(S, x, i).sub(m);
            FloatVector x1 = FloatVector.fromArray(S, x, i + L).sub(m);
            FloatVector x2 = FloatVector.fromArray(S, x, i + 2 * L).sub(m);
            FloatVector x3 = FloatVector.fromArray(S, x, i + 3 * L).sub(m);
            a = x0.fma(x0, a);
            b = x1.fma(x1, b);
            c = x2.fma(x2, c);
            d = x3.fma(x3, d);
        }
        for (int i = at + steps; i < at + bulk; i += L) {
            FloatVector x0 = FloatVector.fromArray(S, x, i).sub(m);
            a = x0.fma(x0, a);
        }
        a.add(b).add(c.add(d)).intoArray(lanes, to);
        for (int i = bulk; i < n; i++) {
            float distance = x[at + i] - mean;
            lanes[to + i - bulk] += distance * distance;
        }
    }

    /** {@code z = (x - mean) rstd weight + bias}. */
    static void affine(int rows, int n, float[] x, int at, float[] known, float[] weight, int wi, float[] bias, int bi, float[] z,
            int to) {
        int bulk = rows == ROWS ? S.loopBound(n) : 0;
        FloatVector m0 = FloatVector.broadcast(S, known[0]);
        FloatVector m1 = FloatVector.broadcast(S, known[1]);
        FloatVector m2 = FloatVector.broadcast(S, known[2]);
        FloatVector m3 = FloatVector.broadcast(S, known[3]);
        FloatVector r0 = FloatVector.broadcast(S, known[RSTD]);
        FloatVector r1 = FloatVector.broadcast(S, known[RSTD + 1]);
        FloatVector r2 = FloatVector.broadcast(S, known[RSTD + 2]);
        FloatVector r3 = FloatVector.broadcast(S, known[RSTD + 3]);
        for (int i = 0; i < bulk; i += L) {
            FloatVector w = FloatVector.fromArray(S, weight, wi + i);
            FloatVector b = FloatVector.fromArray(S, bias, bi + i);
            FloatVector.fromArray(S, x, at + i).sub(m0).mul(r0).fma(w, b).intoArray(z, to + i);
            FloatVector.fromArray(S, x, at + n + i).sub(m1).mul(r1).fma(w, b).intoArray(z, to + n + i);
            FloatVector.fromArray(S, x, at + 2 * n + i).sub(m2).mul(r2).fma(w, b).intoArray(z, to + 2 * n + i);
            FloatVector.fromArray(S, x, at + 3 * n + i).sub(m3).mul(r3).fma(w, b).intoArray(z, to + 3 * n + i);
        }
        for (int r = 0; r < rows; r++) {
            affine(bulk, n, x, at + r * n, known[r], known[RSTD + r], weight, wi, bias, bi, z, to + r * n);
        }
    }

    /** The same from one column on, for one row. */
    private static void affine(int first, int n, float[] x, int at, float mean, float rstd, float[] weight, int wi, float[] bias, int bi,
            float[] z, int to) {
        int bulk = S.loopBound(n);
        FloatVector m = FloatVector.broadcast(S, mean);
        FloatVector r = FloatVector.broadcast(S, rstd);
        for (int i = first; i < bulk; i += L) {
            FloatVector normalized = FloatVector.fromArray(S, x, at + i).sub(m).mul(r);
            normalized.fma(FloatVector.fromArray(S, weight, wi + i), FloatVector.fromArray(S, bias, bi + i)).intoArray(z, to + i);
        }
        for (int i = bulk; i < n; i++) {
            z[to + i] = Math.fma((x[at + i] - mean) * rstd, weight[wi + i], bias[bi + i]);
        }
    }

    /**
     * The gradients of rows, {@code z = rstd (h - level + slope (x - mean))} with {@code h = g weight}, the level {@code mean(h)}
     * and the slope {@code -rstd^2 mean(h (x - mean))}; g is added to {@code total[sums]} and what follows, g times the
     * normalized x to the n numbers behind.
     */
    static void gradients(int rows, int n, float[] x, int at, double epsilon, float[] weight, int wi, float[] g, int gi, float[] z,
            int to, float[] total, int sums, float[] lanes, float[] known) {
        for (int r = 0; r < rows; r++) {
            double mean = 0;
            double flow = 0;
            for (int i = 0; i < n; i += PIECE) {
                sums(Math.min(PIECE, n - i), x, at + r * n + i, weight, wi + i, g, gi + r * n + i, lanes);
                mean += total(lanes, 0);
                flow += total(lanes, 1);
            }
            known[r] = (float) (mean / n);
            known[LEVEL + r] = (float) (flow / n);
        }
        for (int r = 0; r < rows; r++) {
            double squares = 0;
            double product = 0;
            for (int i = 0; i < n; i += PIECE) {
                products(Math.min(PIECE, n - i), x, at + r * n + i, known[r], weight, wi + i, g, gi + r * n + i, lanes);
                squares += total(lanes, 0);
                product += total(lanes, 1);
            }
            double variance = squares / n + epsilon;
            known[RSTD + r] = inverseRoot(variance);
            known[SLOPE + r] = (float) (-product / n / variance);
        }
        for (int r = 0; r < rows; r++) {
            int skip = r * n;
            finish(n, x, at + skip, known[r], known[RSTD + r], known[LEVEL + r], known[SLOPE + r], weight, wi, g, gi + skip, z, to + skip,
                    total, sums);
        }
    }

    /** The sums of x and of h over a piece of a row. The first look at both together: they come from memory at the same time. */
    private static void sums(int n, float[] x, int at, float[] weight, int wi, float[] g, int gi, float[] lanes) {
        int bulk = S.loopBound(n);
        int steps = n / (2 * L) * (2 * L);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        for (int i = 0; i < steps; i += 2 * L) {
            a0 = FloatVector.fromArray(S, x, at + i).add(a0);
            a1 = FloatVector.fromArray(S, x, at + i + L).add(a1);
            b0 = FloatVector.fromArray(S, g, gi + i).fma(FloatVector.fromArray(S, weight, wi + i), b0);
            b1 = FloatVector.fromArray(S, g, gi + i + L).fma(FloatVector.fromArray(S, weight, wi + i + L), b1);
        }
        for (int i = steps; i < bulk; i += L) {
            a0 = FloatVector.fromArray(S, x, at + i).add(a0);
            b0 = FloatVector.fromArray(S, g, gi + i).fma(FloatVector.fromArray(S, weight, wi + i), b0);
        }
        a0.add(a1).intoArray(lanes, 0);
        b0.add(b1).intoArray(lanes, L);
        for (int i = bulk; i < n; i++) {
            lanes[i - bulk] += x[at + i];
            lanes[L + i - bulk] += g[gi + i] * weight[wi + i];
        }
    }

    /** The sums of {@code (x - mean)^2} and of {@code h (x - mean)} over a piece of a row. */
    private static void products(int n, float[] x, int at, float mean, float[] weight, int wi, float[] g, int gi, float[] lanes) {
        int bulk = S.loopBound(n);
        int steps = n / (2 * L) * (2 * L);
        FloatVector m = FloatVector.broadcast(S, mean);
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        for (int i = 0; i < steps; i += 2 * L) {
            FloatVector x0 = FloatVector.fromArray(S, x, at + i).sub(m);
            FloatVector x1 = FloatVector.fromArray(S, x, at + i + L).sub(m);
            FloatVector h0 = FloatVector.fromArray(S, g, gi + i).mul(FloatVector.fromArray(S, weight, wi + i));
            FloatVector h1 = FloatVector.fromArray(S, g, gi + i + L).mul(FloatVector.fromArray(S, weight, wi + i + L));
            a0 = x0.fma(x0, a0);
            a1 = x1.fma(x1, a1);
            b0 = x0.fma(h0, b0);
            b1 = x1.fma(h1, b1);
        }
        for (int i = steps; i < bulk; i += L) {
            FloatVector x0 = FloatVector.fromArray(S, x, at + i).sub(m);
            FloatVector h0 = FloatVector.fromArray(S, g, gi + i).mul(FloatVector.fromArray(S, weight, wi + i));
            a0 = x0.fma(x0, a0);
            b0 = x0.fma(h0, b0);
        }
        a0.add(a1).intoArray(lanes, 0);
        b0.add(b1).intoArray(lanes, L);
        for (int i = bulk; i < n; i++) {
            float distance = x[at + i] - mean;
            lanes[i - bulk] += distance * distance;
            lanes[L + i - bulk] += g[gi + i] * weight[wi + i] * distance;
        }
    }

    /** What {@link #gradients} writes, for one row. */
    private static void finish(int n, float[] x, int at, float mean, float rstd, float level, float slope, float[] weight, int wi, float[] g,
            int gi, float[] z, int to, float[] total, int sums) {
        int bulk = S.loopBound(n);
        FloatVector m = FloatVector.broadcast(S, mean);
        FloatVector r = FloatVector.broadcast(S, rstd);
        FloatVector l = FloatVector.broadcast(S, -level);
        FloatVector s = FloatVector.broadcast(S, slope);
        for (int i = 0; i < bulk; i += L) {
            FloatVector flow = FloatVector.fromArray(S, g, gi + i);
            FloatVector distance = FloatVector.fromArray(S, x, at + i).sub(m);
            FloatVector h = flow.fma(FloatVector.fromArray(S, weight, wi + i), l);
            FloatVector product = distance.mul(r).fma(flow, FloatVector.fromArray(S, total, sums + n + i));
            distance.fma(s, h).mul(r).intoArray(z, to + i);
            FloatVector.fromArray(S, total, sums + i).add(flow).intoArray(total, sums + i);
            product.intoArray(total, sums + n + i);
        }
        for (int i = bulk; i < n; i++) {
            float flow = g[gi + i];
            float distance = x[at + i] - mean;
            float h = Math.fma(flow, weight[wi + i], -level);
            z[to + i] = Math.fma(distance, slope, h) * rstd;
            total[sums + i] += flow;
            total[sums + n + i] = Math.fma(distance * rstd, flow, total[sums + n + i]);
        }
    }

    /** The sum of the i-th vector's lanes, in an order of our own: that of reduceLanes is the compiler's. */
    private static double total(float[] lanes, int i) {
        double even = 0;
        double odd = 0;
        for (int j = i * L; j < (i + 1) * L; j += 2) {
            even += lanes[j];
            odd += lanes[j + 1];
        }
        return even + odd;
    }
}
