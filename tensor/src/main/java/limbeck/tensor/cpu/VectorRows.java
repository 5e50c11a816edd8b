package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Loops over short rows, for which a call of {@code System.arraycopy} a row would cost more than the copy. */
final class VectorRows {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    /** Elements of a vector. */
    static final int LANES = L;

    private static final Scratch SUMS = new Scratch();

    private VectorRows() {
    }

    /** Copies so many rows, {@code stride} apart, to rows {@code ld} apart. */
    static void copy(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        if (L < 16) {
            VectorQuads.copy(from, start, stride, rows, columns, to, at, ld);
        } else if (columns < L && ld == columns && stride > 0) {
            narrowRows(from, start, stride, rows, columns, to, at);
        } else {
            int whole = columns - columns % L;
            int c = 0;
            for (; c + 4 * L <= whole; c += 4 * L) {
                panelRows(from, start + c, stride, rows, to, at + c, ld);
            }
            if (c + 2 * L <= whole) {
                pairRows(from, start + c, stride, rows, to, at + c, ld);
                c += 2 * L;
            }
            for (; c < whole; c += L) {
                vectorRows(from, start + c, stride, rows, to, at + c, ld);
            }
            if (c < columns && columns > L && from != to) {
                // The last vector begins where it ends with the row, and does again what the one before has done.
                vectorRows(from, start + columns - L, stride, rows, to, at + columns - L, ld);
            } else if (c < columns) {
                shortRows(from, start + c, stride, rows, columns - c, to, at + c, ld);
            }
        }
    }

    /**
     * One vector a row. Eight rows at a time, in a method that is too large for C2 to inline (325 bytecodes): inlined, such a loop
     * has been seen to allocate its vectors in one JVM and not in the next.
     */
    private static void vectorRows(float[] from, int start, int stride, int rows, float[] to, int at, int ld) {
        int r = 0;
        for (; r + 7 < rows; r += 8) {
            int s0 = start + r * stride;
            int t0 = at + r * ld;
            int s1 = s0 + stride;
            int t1 = t0 + ld;
            int s2 = s1 + stride;
            int t2 = t1 + ld;
            int s3 = s2 + stride;
            int t3 = t2 + ld;
            int s4 = s3 + stride;
            int t4 = t3 + ld;
            int s5 = s4 + stride;
            int t5 = t4 + ld;
            int s6 = s5 + stride;
            int t6 = t5 + ld;
            int s7 = s6 + stride;
            int t7 = t6 + ld;
            FloatVector v0 = FloatVector.fromArray(S, from, s0);
            FloatVector v1 = FloatVector.fromArray(S, from, s1);
            FloatVector v2 = FloatVector.fromArray(S, from, s2);
            FloatVector v3 = FloatVector.fromArray(S, from, s3);
            FloatVector v4 = FloatVector.fromArray(S, from, s4);
            FloatVector v5 = FloatVector.fromArray(S, from, s5);
            FloatVector v6 = FloatVector.fromArray(S, from, s6);
            FloatVector v7 = FloatVector.fromArray(S, from, s7);
            v0.intoArray(to, t0);
            v1.intoArray(to, t1);
            v2.intoArray(to, t2);
            v3.intoArray(to, t3);
            v4.intoArray(to, t4);
            v5.intoArray(to, t5);
            v6.intoArray(to, t6);
            v7.intoArray(to, t7);
        }
        for (; r < rows; r++) {
            FloatVector.fromArray(S, from, start + r * stride).intoArray(to, at + r * ld);
        }
    }

    /** Four vectors a row, as wide as the panel of a product, in a method of its own for the same reason. */
    private static void panelRows(float[] from, int start, int stride, int rows, float[] to, int at, int ld) {
        int r = 0;
        for (; r + 1 < rows; r += 2) {
            int s0 = start + r * stride;
            int s1 = s0 + stride;
            FloatVector a0 = FloatVector.fromArray(S, from, s0);
            FloatVector a1 = FloatVector.fromArray(S, from, s0 + L);
            FloatVector a2 = FloatVector.fromArray(S, from, s0 + 2 * L);
            FloatVector a3 = FloatVector.fromArray(S, from, s0 + 3 * L);
            FloatVector b0 = FloatVector.fromArray(S, from, s1);
            FloatVector b1 = FloatVector.fromArray(S, from, s1 + L);
            FloatVector b2 = FloatVector.fromArray(S, from, s1 + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, from, s1 + 3 * L);
            int t0 = at + r * ld;
            int t1 = t0 + ld;
            a0.intoArray(to, t0);
            a1.intoArray(to, t0 + L);
            a2.intoArray(to, t0 + 2 * L);
            a3.intoArray(to, t0 + 3 * L);
            b0.intoArray(to, t1);
            b1.intoArray(to, t1 + L);
            b2.intoArray(to, t1 + 2 * L);
            b3.intoArray(to, t1 + 3 * L);
        }
        for (; r < rows; r++) {
            int source = start + r * stride;
            int target = at + r * ld;
            FloatVector.fromArray(S, from, source).intoArray(to, target);
            FloatVector.fromArray(S, from, source + L).intoArray(to, target + L);
            FloatVector.fromArray(S, from, source + 2 * L).intoArray(to, target + 2 * L);
            FloatVector.fromArray(S, from, source + 3 * L).intoArray(to, target + 3 * L);
        }
    }

    /** Two vectors a row, four rows at a time: as {@link #vectorRows}, but each cache line's neighbour at once. */
    private static void pairRows(float[] from, int start, int stride, int rows, float[] to, int at, int ld) {
        int r = 0;
        for (; r + 3 < rows; r += 4) {
            int s0 = start + r * stride;
            int s1 = s0 + stride;
            int s2 = s1 + stride;
            int s3 = s2 + stride;
            FloatVector a0 = FloatVector.fromArray(S, from, s0);
            FloatVector a1 = FloatVector.fromArray(S, from, s0 + L);
            FloatVector b0 = FloatVector.fromArray(S, from, s1);
            FloatVector b1 = FloatVector.fromArray(S, from, s1 + L);
            FloatVector c0 = FloatVector.fromArray(S, from, s2);
            FloatVector c1 = FloatVector.fromArray(S, from, s2 + L);
            FloatVector d0 = FloatVector.fromArray(S, from, s3);
            FloatVector d1 = FloatVector.fromArray(S, from, s3 + L);
            int t0 = at + r * ld;
            int t1 = t0 + ld;
            int t2 = t1 + ld;
            int t3 = t2 + ld;
            a0.intoArray(to, t0);
            a1.intoArray(to, t0 + L);
            b0.intoArray(to, t1);
            b1.intoArray(to, t1 + L);
            c0.intoArray(to, t2);
            c1.intoArray(to, t2 + L);
            d0.intoArray(to, t3);
            d1.intoArray(to, t3 + L);
        }
        for (; r < rows; r++) {
            int source = start + r * stride;
            int target = at + r * ld;
            FloatVector.fromArray(S, from, source).intoArray(to, target);
            FloatVector.fromArray(S, from, source + L).intoArray(to, target + L);
        }
    }

    /**
     * Rows one behind the other, of less than a vector each: every store runs over into the next row, which is written after it.
     * The last ones, behind which something else may lie or the source end, go element by element.
     */
    private static void narrowRows(float[] from, int start, int stride, int rows, int columns, float[] to, int at) {
        int before = Math.min(rows - Math.ceilDiv(L, columns), Math.floorDiv(from.length - L - start, stride)) + 1;
        if (before > 0) {
            vectorRows(from, start, stride, before, to, at, columns);
        }
        for (int r = Math.max(0, before); r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                to[at + r * columns + c] = from[start + r * stride + c];
            }
        }
    }

    /**
     * Copies a whole vector of each row, however few of its elements are wanted.
     *
     * @return how many rows it has copied: the last ones are left where an array ends too soon
     */
    static int copyLoosely(float[] from, int start, int stride, int rows, float[] to, int at, int ld) {
        int fit = Math.min(Math.floorDiv(from.length - L - start, stride), Math.floorDiv(to.length - L - at, ld)) + 1;
        int count = Math.clamp(fit, 0, rows);
        vectorRows(from, start, stride, count, to, at, ld);
        return count;
    }

    /** Less than a vector a row: column by column, since a loop over few columns costs more than they do. */
    private static void shortRows(float[] from, int start, int stride, int rows, int columns, float[] to, int at, int ld) {
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                to[at + c + r * ld] = from[start + c + r * stride];
            }
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
        float[] lanes = SUMS.floats(L);
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

    /**
     * Row i becomes the sum, from left to right, of the rows at {@code starts[0] + i * step}, {@code starts[1] + i * step} and so on; zero
     * if there are none.
     *
     * @param count how many rows are added up
     * @param columns the length of a row, at least a vector
     */
    static void sum(int count, int[] starts, float[] from, int step, int rows, int columns, float[] to, int at, int ld) {
        for (int i = 0; i < columns; i += L) {
            // The last vector begins where it ends with the row, and may do again what the one before has done.
            int c = Math.min(i, columns - L);
            switch (count) {
                case 1 -> vectorRows(from, starts[0] + c, step, rows, to, at + c, ld);
                case 2 -> sum(from, starts[0] + c, starts[1] + c, step, rows, to, at + c, ld);
                case 4 -> sum(from, starts[0] + c, starts[1] + c, starts[2] + c, starts[3] + c, step, rows, to, at + c, ld);
                default -> sumAny(count, starts, from, c, step, rows, to, at + c, ld);
            }
        }
    }

    // As many as meet where a kernel of 3 x 3 has a stride of 2.

    private static void sum(float[] from, int p, int q, int step, int rows, float[] to, int at, int ld) {
        for (int r = 0; r < rows; r++) {
            FloatVector sum = FloatVector.fromArray(S, from, p + r * step).add(FloatVector.fromArray(S, from, q + r * step));
            sum.intoArray(to, at + r * ld);
        }
    }

    private static void sum(float[] from, int p, int q, int u, int v, int step, int rows, float[] to, int at, int ld) {
        for (int r = 0; r < rows; r++) {
            FloatVector half = FloatVector.fromArray(S, from, p + r * step).add(FloatVector.fromArray(S, from, q + r * step));
            FloatVector more = half.add(FloatVector.fromArray(S, from, u + r * step));
            more.add(FloatVector.fromArray(S, from, v + r * step)).intoArray(to, at + r * ld);
        }
    }

    private static void sumAny(int count, int[] starts, float[] from, int column, int step, int rows, float[] to, int at, int ld) {
        for (int r = 0; r < rows; r++) {
            int x = column + r * step;
            FloatVector sum = FloatVector.zero(S);
            for (int t = 0; t < count; t++) {
                sum = FloatVector.fromArray(S, from, starts[t] + x).add(sum);
            }
            sum.intoArray(to, at + r * ld);
        }
    }
}
