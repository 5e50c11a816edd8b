package limbeck.tensor.cpu;

/**
 * Some rows of the result of a {@link Gemm}, computed by one thread. For each block of the inner index, a block of B's columns is packed
 * into the L2 cache; strip after strip of A's rows meets all of it, panel after panel; and what a strip and a panel make goes through the
 * {@link MicroKernel}s. So a strip stays in the L1 cache, and C is written row by row: the processor then fetches ahead what it will add to.
 *
 * <p>Rows of A are read where they lie, or copied: all at once if they fit the L2 cache beside the block of B, else a strip at a
 * time, again for each block of columns.
 */
final class GemmTile {
    private static final int MR = MicroKernel.MR;
    private static final int LANES = MicroKernel.LANES;
    private static final int PANEL = MicroKernel.WIDEST * LANES;
    // Rows that are computed one after the other, by one larger tile if possible.
    private static final int STRIP = 2 * MR;
    // Rows that are finished together where they are read where they lie.
    private static final int FINISHED = 10 * STRIP;

    /** Floats of a block of B that stays in the L2 cache (800 KB) while strips of A pass by; all of A and a block have half of it each. */
    static final int NEAR = 200_000;

    private static final AlignedScratch LEFT = new AlignedScratch();
    private static final AlignedScratch RIGHT = new AlignedScratch();
    private static final AlignedScratch EDGE = new AlignedScratch();

    private final Gemm product;
    private final int i0;
    private final int i1;
    // The left operand if the kernels can read it where it lies, else null.
    private final GemmMatrix inPlace;
    // Row or sliver `first` of A within the current block begins at a[ao].
    private float[] a;
    private int ao;
    private int lda;
    private int first;
    // How far apart its rows have been copied for a larger tile, or 0.
    private int distance;
    // Vectors of columns in a panel.
    private int widest;

    /**
     * Rows of a product.
     *
     * @param product what is computed
     * @param i0 the first row
     * @param i1 one past the last
     */
    GemmTile(Gemm product, int i0, int i1) {
        this.product = product;
        this.i0 = i0;
        this.i1 = i1;
        inPlace = product.inPlace();
    }

    /** Whether so many rows of A are copied at once, and a block of B has half the cache. */
    static boolean isWhole(int rows, int kc) {
        return (long) rows * kc <= NEAR / 2;
    }

    /** The columns of a block of B, of so many that meet so many rows: a multiple of a panel's, and blocks about equally wide. */
    static int block(int rows, int columns, int kc, int panel) {
        int most = Math.max(1, (isWhole(rows, kc) ? NEAR / 2 : NEAR) / kc / panel) * panel;
        return Gemm.roundUp(Math.ceilDiv(columns, Math.ceilDiv(columns, most)), panel);
    }

    /** Columns j0 to j1; B is packed, with a panel that begins at j0, or null and still to be. */
    void run(int j0, int j1, Panels panels, Finish finish) {
        widest = panels == null ? product.widest(j1 - j0) : panels.widest();
        distance = product.distance(widest);
        boolean whole = isWhole(i1 - i0, product.kc);
        int columns = block(i1 - i0, j1 - j0, product.kc, widest * LANES);
        for (int k0 = product.begin; k0 < product.end; k0 += product.kc) {
            int length = Math.min(product.kc, product.end - k0);
            for (int j = j0; j < j1; j += columns) {
                int end = Math.min(j1, j + columns);
                Panels near = panels == null ? pack(k0, length, j, end) : panels;
                int rows;
                for (int i = i0; i < i1; i += rows) {
                    rows = isCopied() ? whole ? i1 - i0 : height(tile(i), i) : Math.min(i1 - i, FINISHED);
                    if (!whole || j == j0) {
                        loadLeft(k0, length, i, rows);
                    }
                    multiply(k0, length, i, i + rows, j, end, near);
                    if (k0 + length == product.end) {
                        finish.block(i, rows, j, end - j);
                    }
                }
            }
        }
    }

    private Panels pack(int k0, int length, int j0, int j1) {
        Panels panels = Panels.in(RIGHT, widest, k0, j0, length, j1 - j0);
        panels.fillHere(product.right, j1 - j0);
        return panels;
    }

    private boolean isCopied() {
        return inPlace == null || distance > 0;
    }

    private void loadLeft(int k0, int length, int i, int rows) {
        first = i;
        if (!isCopied()) {
            a = inPlace.array();
            lda = inPlace.rowStride();
            ao = inPlace.offset() + i * lda + k0;
            return;
        }
        // Rows that are copied have room behind them for a vector, so that short ones can be copied by whole vectors.
        lda = distance > 0 ? distance : product.sliver ? length : length + LANES;
        // A kernel reads six rows, though it may be of two alone that what it computes is looked at.
        AlignedScratch.Piece piece = LEFT.floats((Gemm.roundUp(rows, MR) + (distance > 0 ? MR : 0)) * lda);
        a = piece.array();
        ao = piece.offset();
        if (!product.sliver) {
            product.left.copy(i, rows, k0, length, a, ao, lda);
            return;
        }
        for (int r = 0; r < rows; r += MR) {
            product.left.copy(k0, length, i + r, Math.min(MR, rows - r), a, ao + r * length, MR);
        }
    }

    /** Rows of A, which have been loaded, by a block of B. */
    private void multiply(int k0, int length, int from, int to, int j0, int j1, Panels panels) {
        int rows;
        for (int i = from; i < to; i += rows) {
            MicroKernel.Near tile = tile(i);
            rows = height(tile, i);
            int at = ao + (i - first) * lda;
            for (int j = j0; j < j1; j += widest * LANES) {
                int columns = Math.min(j1 - j, widest * LANES);
                int bo = panels.at(k0, j, width(columns));
                if (tile != null && columns == widest * LANES) {
                    tile.run(length, a, at, panels.array(), bo, product.c, product.co + i * product.ldc + j, product.ldc, adds(k0));
                    continue;
                }
                for (int r = 0; r < rows; r += MR) {
                    kernel(k0, length, i + r, Math.min(MR, rows - r), j, columns, panels.array(), bo);
                }
            }
        }
    }

    /** The larger tile for the strip that begins at i, or null. */
    private MicroKernel.Near tile(int i) {
        return MicroKernel.near(distance, widest, i1 - i);
    }

    /** The rows of the strip that begins at i. */
    private int height(MicroKernel.Near tile, int i) {
        return tile == null ? Math.min(STRIP, i1 - i) : tile.rows();
    }

    /** Whether the block that begins with inner index k0 is added to what C holds. */
    private boolean adds(int k0) {
        return product.accumulate || k0 > product.begin;
    }

    private int width(int columns) {
        return MicroKernel.vectors(columns, widest) * LANES;
    }

    /** Up to six rows by one panel. At the lower and right edge the kernel computes into a tile of its own. */
    private void kernel(int k0, int length, int i, int rows, int j, int columns, float[] panel, int bo) {
        boolean add = adds(k0);
        int to = product.co + i * product.ldc + j;
        int width = width(columns);
        float[] from = a;
        int at = ao + (i - first) * lda;
        int stride = lda;
        if (rows < MR && inPlace != null && distance == 0) {
            // Below the last row the array may end.
            AlignedScratch.Piece last = LEFT.floats(MR * product.kc);
            from = last.array();
            at = last.offset();
            product.left.copy(i, rows, k0, length, from, at, length);
            stride = length;
        }
        MicroKernel kernel = MicroKernel.of(width / LANES, product.sliver);
        if (rows == MR && columns == width) {
            kernel.run(length, from, at, stride, panel, bo, product.c, to, product.ldc, add);
            return;
        }
        AlignedScratch.Piece edge = EDGE.floats(MR * PANEL);
        kernel.run(length, from, at, stride, panel, bo, edge.array(), edge.offset(), width, false);
        for (int r = 0; r < rows; r++) {
            Gemm.put(edge.array(), edge.offset() + r * width, columns, product.c, to + r * product.ldc, add);
        }
    }
}
