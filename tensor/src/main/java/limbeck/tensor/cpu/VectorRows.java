package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Loops over short rows, for which a call of {@code System.arraycopy} a row would cost more than the copy. */
final class VectorRows {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final VectorSpecies<Float> QUAD = FloatVector.SPECIES_128;

    private static final Scratch LANES = new Scratch();

    private VectorRows() {
    }

    /** Copies so many rows, {@code stride} apart, to rows {@code ld} apart. */
    static void copy(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        if (columns % L == 0 || L < 16) {
            plainRows(from, start, stride, rows, columns, to, at, ld);
        } else {
            maskedRows(from, start, stride, rows, columns, to, at, ld);
        }
    }

    private static void plainRows(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        int whole = columns - columns % L;
        int quads = columns - columns % 4;
        for (int r = 0; r < rows; r++) {
            int source = start + r * stride;
            int target = at + r * ld;
            int c = 0;
            for (; c < whole; c += L) {
                FloatVector.fromArray(S, from, source + c).intoArray(to, target + c);
            }
            for (; c < quads; c += 4) {
                FloatVector.fromArray(QUAD, from, source + c).intoArray(to, target + c);
            }
            for (; c < columns; c++) {
                to[target + c] = from[source + c];
            }
        }
    }

    /** With a masked copy of the rest: cheap with AVX-512, and slower than single elements without. */
    private static void maskedRows(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        int whole = columns - columns % L;
        VectorMask<Float> rest = S.indexInRange(whole, columns);
        for (int r = 0; r < rows; r++) {
            int source = start + r * stride;
            int target = at + r * ld;
            for (int c = 0; c < whole; c += L) {
                FloatVector.fromArray(S, from, source + c).intoArray(to, target + c);
            }
            FloatVector.fromArray(S, from, source + whole, rest).intoArray(to, target + whole, rest);
        }
    }

    /** {@code y = max(y + bias + residual, floor)} for rows of n that are {@code ld} apart; the residual may be null. */
    static void addBias(int rows, int n, float[] bias, int bo, float[] residual, int ro, float floor, float[] y, int yo, int ld) {
        int whole = n - n % L;
        FloatVector low = FloatVector.broadcast(S, floor);
        for (int r = 0; r < rows; r++) {
            int row = r * ld;
            if (residual == null) {
                for (int i = 0; i < whole; i += L) {
                    int at = yo + row + i;
                    FloatVector.fromArray(S, y, at).add(FloatVector.fromArray(S, bias, bo + i)).max(low).intoArray(y, at);
                }
            } else {
                for (int i = 0; i < whole; i += L) {
                    int at = yo + row + i;
                    FloatVector sum = FloatVector.fromArray(S, y, at).add(FloatVector.fromArray(S, bias, bo + i));
                    sum.add(FloatVector.fromArray(S, residual, ro + row + i)).max(low).intoArray(y, at);
                }
            }
            for (int i = whole; i < n; i++) {
                int at = yo + row + i;
                y[at] = Math.max(y[at] + bias[bo + i] + (residual == null ? 0 : residual[ro + row + i]), floor);
            }
        }
    }

    /** The sum of n squares. Each lane of four vectors adds up its own. */
    static float squareSum(int n, float[] x, int xo) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int whole = n - n % (4 * L);
        for (int i = xo; i < xo + whole; i += 4 * L) {
            FloatVector p = FloatVector.fromArray(S, x, i);
            FloatVector q = FloatVector.fromArray(S, x, i + L);
            FloatVector r = FloatVector.fromArray(S, x, i + 2 * L);
            FloatVector s = FloatVector.fromArray(S, x, i + 3 * L);
            a = p.fma(p, a);
            b = q.fma(q, b);
            c = r.fma(r, c);
            d = s.fma(s, d);
        }
        // Not by reduceLanes, whose order may change from call to call.
        float[] lanes = LANES.floats(L);
        a.add(b).add(c.add(d)).intoArray(lanes, 0);
        float sum = 0;
        for (int i = 0; i < L; i++) {
            sum += lanes[i];
        }
        for (int i = xo + whole; i < xo + n; i++) {
            sum += x[i] * x[i];
        }
        return sum;
    }

    /** y += a b for n elements. */
    static void multiplyAdd(int n, float[] a, int ao, float[] b, int bo, float[] y, int yo) {
        int whole = n - n % L;
        for (int i = 0; i < whole; i += L) {
            FloatVector factor = FloatVector.fromArray(S, b, bo + i);
            FloatVector.fromArray(S, a, ao + i).fma(factor, FloatVector.fromArray(S, y, yo + i)).intoArray(y, yo + i);
        }
        for (int i = whole; i < n; i++) {
            y[yo + i] += a[ao + i] * b[bo + i];
        }
    }
}
