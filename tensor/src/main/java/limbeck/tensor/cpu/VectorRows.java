package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Loops over short rows, for which a call of {@code System.arraycopy} a row would cost more than the copy. */
final class VectorRows {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final VectorSpecies<Float> QUAD = FloatVector.SPECIES_128;

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
