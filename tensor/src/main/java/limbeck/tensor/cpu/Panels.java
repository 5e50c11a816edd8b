package limbeck.tensor.cpu;

/**
 * Packed columns of the right operand as a {@link MicroKernel} reads them: panel after panel, each of them (inner index, column
 * of the panel).
 *
 * @param widest vectors of columns in a panel, the last ones apart
 * @param array holds them
 * @param offset where they begin
 * @param row the first inner index
 * @param column the first column
 * @param inner how many inner indices there are
 */
record Panels(int widest, float[] array, int offset, int row, int column, int inner) {
    private static final int LANES = MicroKernel.LANES;
    // Least elements that a task packs.
    private static final int TASK = 1 << 15;
    // A shorter inner index, or fewer columns, are not worth copying rows for that could be read where they lie.
    private static final int LEAST_NEAR = 96;
    private static final int FEW_COLUMNS = 2 * MicroKernel.WIDEST * LANES;

    /** All of a k x n matrix, packed for many products; so its memory is its own. */
    static Panels of(int k, int n, GemmSource right) {
        var panels = new Panels(widest(k, n), new float[CacheLines.START + size(k, n)], CacheLines.START, 0, 0, k);
        panels.fill(right, n);
        return panels;
    }

    /** Room for so many columns in a thread's own memory. */
    static Panels in(AlignedScratch scratch, int widest, int row, int column, int inner, int columns) {
        AlignedScratch.Piece piece = scratch.floats(size(inner, columns));
        return new Panels(widest, piece.array(), piece.offset(), row, column, inner);
    }

    /** Vectors of columns in a panel of a k x n matrix, packed for rows that could be read where they lie. */
    static int widest(int k, int n) {
        return MicroKernel.STEP_PANEL > 0 && k >= LEAST_NEAR && n > FEW_COLUMNS ? MicroKernel.STEP_PANEL : MicroKernel.WIDEST;
    }

    /** How many floats so many columns take, the last vector of them being filled up. */
    static int size(int inner, int columns) {
        return inner * Math.ceilDiv(columns, LANES) * LANES;
    }

    /** The width of the panel that begins where so many columns are left. */
    int width(int columns) {
        return MicroKernel.vectors(columns, widest) * LANES;
    }

    /** Packs so many columns on all threads. */
    void fill(GemmSource right, int columns) {
        int panel = widest * LANES;
        Parallel.range(columns, panel * Math.ceilDiv(TASK, panel * Math.max(1, inner)), (from, to) -> fill(right, from, to));
    }

    /** Packs so many columns on the caller's thread. */
    void fillHere(GemmSource right, int columns) {
        fill(right, 0, columns);
    }

    private void fill(GemmSource right, int from, int to) {
        for (int j = column + from; j < column + to; j += width(column + to - j)) {
            int width = width(column + to - j);
            right.copy(row, inner, j, Math.min(column + to - j, width), array, at(row, j, width), width);
        }
    }

    /** Where the panel that begins with column j, so wide, has inner index k. */
    int at(int k, int j, int width) {
        return offset + (j - column) * inner + (k - row) * width;
    }
}
