package limbeck.tensor.cpu;

/** A row vector times a matrix, bound by the reading of the matrix: batches of one in a network. */
final class Gemv {
    // Elements of the matrix that a task reads.
    private static final int TASK = 1 << 16;

    private static final Scratch ROW = new Scratch();

    private Gemv() {
    }

    /** Whether the matrix is contiguous one way or the other; if not, it is packed as for any product. */
    static boolean applies(GemmMatrix right) {
        return Simd.available() && (right.rowStride() == 1 || right.columnStride() == 1);
    }

    /**
     * Multiplies.
     *
     * @param k the length of the row
     * @param n columns of the matrix
     * @param left the row
     * @param right the k x n matrix
     * @param y takes the n elements of the result
     * @param yo where it begins
     * @param finish what becomes of it
     */
    static void run(int k, int n, GemmMatrix left, GemmMatrix right, float[] y, int yo, Finish finish) {
        float[] x = ROW.floats(k);
        left.copy(0, 1, 0, k, x, 0, k);
        // Whole groups of the columns that a kernel takes at a time.
        int group = 4 * MicroKernel.LANES;
        int grain = group * Math.max(1, TASK / (group * Math.max(1, k)));
        Parallel.range(n, grain, (from, to) -> {
            if (right.columnStride() == 1) {
                VectorGemv.rows(k, to - from, x, right.array(), right.offset() + from, right.rowStride(), y, yo + from);
            } else {
                int start = right.offset() + from * right.columnStride();
                VectorGemv.columns(k, to - from, x, right.array(), start, right.columnStride(), y, yo + from);
            }
            finish.block(0, 1, from, to - from);
        });
    }
}
