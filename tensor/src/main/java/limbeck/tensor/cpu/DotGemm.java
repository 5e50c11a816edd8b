package limbeck.tensor.cpu;

import java.util.Arrays;

/**
 * C = A B for two to ten columns, as the last layer of a classifier has: each element a dot product along the inner index. With
 * ten columns in lanes of sixteen the {@link MicroKernel} would waste six of them, and fetch an element of A for every
 * multiply-add; here every lane counts, and twelve loads serve twenty multiply-adds. The price is the sum over the lanes.
 */
final class DotGemm {
    // Below, the sums over the lanes take longer than is won.
    private static final int LEAST_INNER = 96;
    private static final int COLUMNS = VectorDots.COLUMNS;
    private static final int L = VectorDots.LANES;
    // Rows whose sums over the lanes are taken in one loop.
    private static final int ROWS = 16;
    // Multiply-adds of a task at least, those of the missing columns included: a few microseconds.
    private static final int TASK = 1 << 17;

    private static final Scratch COLUMN = new Scratch();
    private static final Scratch FILLED = new Scratch();
    private static final Scratch SUMS = new Scratch();
    private static final Scratch LAST = new Scratch();

    private DotGemm() {
    }

    /** Whether it is of use for a product: rows of A contiguous, few columns, vectors of 512 bits. */
    static boolean applies(int n, int k, GemmMatrix left) {
        return Simd.available() && Simd.bits() == L * Float.SIZE && left.columnStride() == 1 && n > 1 && n <= COLUMNS && k >= LEAST_INNER;
    }

    /**
     * Multiplies, on all threads.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param left A, its rows contiguous
     * @param right B
     * @param c takes C, without gaps
     * @param co where C begins
     * @param finish what becomes of it
     */
    static void run(int m, int n, int k, GemmMatrix left, GemmMatrix right, float[] c, int co, Finish finish) {
        int blocks = Math.ceilDiv(k, L);
        // (block of the inner index, column, lane), with zeros where there is nothing.
        float[] columns = COLUMN.floats(blocks * COLUMNS * L);
        pack(n, k, right, columns);
        int grain = Math.ceilDiv(TASK, k * COLUMNS * 2) * 2;
        Parallel.range(m, grain, (from, to) -> {
            rows(from, to, n, k, left, columns, c, co);
            finish.block(from, to - from, 0, n);
        });
    }

    private static void pack(int n, int k, GemmMatrix right, float[] columns) {
        int blocks = Math.ceilDiv(k, L);
        if (n < COLUMNS || k % L != 0) {
            Arrays.fill(columns, 0, blocks * COLUMNS * L, 0);
        }
        int step = right.rowStride();
        for (int block = 0; block < blocks; block++) {
            int count = Math.min(L, k - block * L);
            int to = block * COLUMNS * L;
            int from = right.offset() + block * L * step;
            if (step == 1) {
                GemmMatrix.copyRows(right.array(), from, right.columnStride(), n, count, columns, to, L);
            } else {
                for (int j = 0; j < n; j++) {
                    int column = from + j * right.columnStride();
                    for (int lane = 0; lane < count; lane++) {
                        columns[to + j * L + lane] = right.array()[column + lane * step];
                    }
                }
            }
        }
    }

    private static void rows(int from, int to, int n, int k, GemmMatrix left, float[] columns, float[] c, int co) {
        float[] sums = SUMS.floats(ROWS * COLUMNS * L);
        float[] last = LAST.floats(ROWS * L);
        for (int i = from; i < to; i += ROWS) {
            int rows = Math.min(ROWS, to - i);
            for (int r = 0; r < rows; r += 2) {
                products(i + r, Math.min(2, rows - r), k, left, columns, sums, r * COLUMNS * L);
            }
            int at = co + i * n;
            // What a whole vector leaves behind its n elements, the rows to come write over. Where none come, it has a place of its own.
            int over = Math.ceilDiv(L, n);
            int safe = to - i - rows >= over ? rows : Math.max(0, rows - over);
            VectorDots.fold(safe, sums, 0, c, at, n);
            VectorDots.fold(rows - safe, sums, safe * COLUMNS * L, last, 0, L);
            for (int r = safe; r < rows; r++) {
                System.arraycopy(last, (r - safe) * L, c, at + r * n, n);
            }
        }
    }

    /** The sums of two rows, or of one. */
    private static void products(int row, int rows, int k, GemmMatrix left, float[] columns, float[] sums, int so) {
        int blocks = Math.ceilDiv(k, L);
        float[] a = left.array();
        int ao = left.offset() + row * left.rowStride();
        int lda = left.rowStride();
        if (k % L != 0) {
            a = FILLED.floats(2 * blocks * L);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(left.array(), ao + r * lda, a, r * blocks * L, k);
                Arrays.fill(a, r * blocks * L + k, (r + 1) * blocks * L, 0);
            }
            ao = 0;
            lda = blocks * L;
        }
        VectorDots.run(blocks, a, ao, rows == 2 ? lda : 0, columns, sums, so);
    }
}
