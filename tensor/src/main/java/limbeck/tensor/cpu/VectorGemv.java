package limbeck.tensor.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** A row vector times a matrix: no element of the matrix is used twice, so that it is read where it lies. */
final class VectorGemv {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final Scratch LANES = new Scratch();

    private VectorGemv() {
    }

    /** Columns that lie contiguous: y[j] = x . (column j), for columns 0 to n; {@code stride} is their distance. */
    static void columns(int k, int n, float[] x, float[] b, int bo, int stride, float[] y, int yo) {
        int whole = k - k % L;
        float[] lanes = LANES.floats(4 * L);
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            int b0 = bo + j * stride;
            int b1 = b0 + stride;
            int b2 = b1 + stride;
            int b3 = b2 + stride;
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = FloatVector.zero(S);
            FloatVector s2 = FloatVector.zero(S);
            FloatVector s3 = FloatVector.zero(S);
            for (int i = 0; i < whole; i += L) {
                FloatVector v = FloatVector.fromArray(S, x, i);
                s0 = v.fma(FloatVector.fromArray(S, b, b0 + i), s0);
                s1 = v.fma(FloatVector.fromArray(S, b, b1 + i), s1);
                s2 = v.fma(FloatVector.fromArray(S, b, b2 + i), s2);
                s3 = v.fma(FloatVector.fromArray(S, b, b3 + i), s3);
            }
            s0.intoArray(lanes, 0);
            s1.intoArray(lanes, L);
            s2.intoArray(lanes, 2 * L);
            s3.intoArray(lanes, 3 * L);
            y[yo + j] = sum(lanes, 0) + dot(x, whole, k, b, b0);
            y[yo + j + 1] = sum(lanes, L) + dot(x, whole, k, b, b1);
            y[yo + j + 2] = sum(lanes, 2 * L) + dot(x, whole, k, b, b2);
            y[yo + j + 3] = sum(lanes, 3 * L) + dot(x, whole, k, b, b3);
        }
        for (; j < n; j++) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = 0; i < whole; i += L) {
                sum = FloatVector.fromArray(S, x, i).fma(FloatVector.fromArray(S, b, bo + j * stride + i), sum);
            }
            sum.intoArray(lanes, 0);
            y[yo + j] = sum(lanes, 0) + dot(x, whole, k, b, bo + j * stride);
        }
    }

    /** The lanes in order: that of {@code reduceLanes} is left open, and changes when the compiler takes over. */
    private static float sum(float[] lanes, int at) {
        float sum = lanes[at];
        for (int i = 1; i < L; i++) {
            sum += lanes[at + i];
        }
        return sum;
    }

    private static float dot(float[] x, int from, int to, float[] b, int bo) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            sum += x[i] * b[bo + i];
        }
        return sum;
    }

    /** Rows that lie contiguous: y[j] = sum over k of x[k] b[k, j], for columns 0 to n; {@code stride} is the rows' distance. */
    static void rows(int k, int n, float[] x, float[] b, int bo, int stride, float[] y, int yo) {
        Arrays.fill(y, yo, yo + n, 0);
        int whole = n - n % L;
        int i = 0;
        // Four rows a pass, so that the sums are read and written once for four reads of the matrix.
        for (; i + 4 <= k; i += 4) {
            int b0 = bo + i * stride;
            int b1 = b0 + stride;
            int b2 = b1 + stride;
            int b3 = b2 + stride;
            FloatVector x0 = FloatVector.broadcast(S, x[i]);
            FloatVector x1 = FloatVector.broadcast(S, x[i + 1]);
            FloatVector x2 = FloatVector.broadcast(S, x[i + 2]);
            FloatVector x3 = FloatVector.broadcast(S, x[i + 3]);
            for (int j = 0; j < whole; j += L) {
                FloatVector sum = FloatVector.fromArray(S, y, yo + j);
                sum = x0.fma(FloatVector.fromArray(S, b, b0 + j), sum);
                sum = x1.fma(FloatVector.fromArray(S, b, b1 + j), sum);
                sum = x2.fma(FloatVector.fromArray(S, b, b2 + j), sum);
                sum = x3.fma(FloatVector.fromArray(S, b, b3 + j), sum);
                sum.intoArray(y, yo + j);
            }
            for (int j = whole; j < n; j++) {
                y[yo + j] += x[i] * b[b0 + j] + x[i + 1] * b[b1 + j] + x[i + 2] * b[b2 + j] + x[i + 3] * b[b3 + j];
            }
        }
        for (; i < k; i++) {
            for (int j = 0; j < n; j++) {
                y[yo + j] += x[i] * b[bo + i * stride + j];
            }
        }
    }
}
