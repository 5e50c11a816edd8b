package limbeck.tensor.cpu;

/**
 * Some rows of the result of a {@link Gemm}, computed by one thread: block after block of the inner index its rows of A are copied, or read
 * where they lie; panel after panel of B meets them; and strips of rows go through the {@link MicroKernel}s.
 */
final class GemmTile {
    private static final int MR = MicroKernel.MR;
    private static final int LANES = MicroKernel.LANES;
    private static final int PANEL = MicroKernel.WIDEST * LANES;
    // Rows that are computed one after the other, by one larger tile if possible.
    private static final int STRIP = 2 * MR;
    // Floats of all panels that stay in the L2 cache while rows of A pass by.
    private static final int NEAR_PANELS = 160_000;

    private static final AlignedScratch LEFT = new AlignedScratch();
    private static final AlignedScratch RIGHT = new AlignedScratch();
    private static final AlignedScratch EDGE = new AlignedScratch();

    private final Gemm product;
    private final int i0;
    private final int i1;
    // The left operand if the kernels can read it where it lies, else null.
    private final GemmMatrix inPlace;
    // Row or sliver i0 of A within the current block begins at a[ao].
    private float[] a;
    private int ao;
    private int lda;
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

    /** Columns j0 to j1; B is packed, with a panel that begins at j0, or null and still to be. */
    void run(int j0, int j1, Panels panels, Finish finish) {
        widest = panels == null ? product.widest(j1 - j0) : panels.widest();
        distance = product.distance(widest);
        if (panels == null && j1 - j0 > PANEL && (long) product.kc * (j1 - j0) <= NEAR_PANELS) {
            rowByRow(j0, j1, finish);
            return;
        }
        AlignedScratch.Piece own = panels == null ? RIGHT.floats(widest * LANES * product.kc) : null;
        float[] panel = panels == null ? own.array() : panels.array();
        for (int k0 = product.begin; k0 < product.end; k0 += product.kc) {
            int length = Math.min(product.kc, product.end - k0);
            loadLeft(k0, length);
            for (int j = j0; j < j1; j += width(j1 - j)) {
                int width = width(j1 - j);
                int columns = Math.min(j1 - j, width);
                int bo = panels == null ? own.offset() : panels.at(k0, j, width);
                if (panels == null) {
                    product.right.copy(k0, length, j, columns, panel, bo, width);
                }
                for (int i = i0; i < i1; i += height(i)) {
                    strip(k0, length, i, j, columns, panel, bo);
                }
                if (k0 + length == product.end) {
                    finish.block(i0, i1 - i0, j, columns);
                }
            }
        }
    }

    /**
     * With a short inner index, as in gradients of weights: all panels at once, then row after row of C as it lies in memory.
     * A tenth faster than panel by panel, which comes back to the cache lines that two panels share.
     */
    private void rowByRow(int j0, int j1, Finish finish) {
        for (int k0 = product.begin; k0 < product.end; k0 += product.kc) {
            int length = Math.min(product.kc, product.end - k0);
            loadLeft(k0, length);
            Panels panels = Panels.in(RIGHT, widest, k0, j0, length, j1 - j0);
            panels.fillHere(product.right, j1 - j0);
            for (int i = i0; i < i1; i += height(i)) {
                for (int j = j0; j < j1; j += width(j1 - j)) {
                    int width = width(j1 - j);
                    strip(k0, length, i, j, Math.min(j1 - j, width), panels.array(), panels.at(k0, j, width));
                }
            }
        }
        finish.block(i0, i1 - i0, j0, j1 - j0);
    }

    private void loadLeft(int k0, int length) {
        if (inPlace != null && distance == 0) {
            a = inPlace.array();
            lda = inPlace.rowStride();
            ao = inPlace.offset() + i0 * lda + k0;
            return;
        }
        // Rows that are copied have room behind them for a vector, so that short ones can be copied by whole vectors.
        lda = distance > 0 ? distance : product.sliver ? length : length + LANES;
        // A kernel reads six rows, though it may be of two alone that what it computes is looked at.
        AlignedScratch.Piece piece = LEFT.floats((Gemm.roundUp(i1 - i0, MR) + (distance > 0 ? MR : 0)) * lda);
        a = piece.array();
        ao = piece.offset();
        if (!product.sliver) {
            product.left.copy(i0, i1 - i0, k0, length, a, ao, lda);
            return;
        }
        for (int i = i0; i < i1; i += MR) {
            product.left.copy(k0, length, i, Math.min(MR, i1 - i), a, ao + (i - i0) * length, MR);
        }
    }

    /** The rows of the strip that begins at i. */
    private int height(int i) {
        MicroKernel.Near tile = MicroKernel.near(distance, widest, i1 - i);
        return tile == null ? Math.min(STRIP, i1 - i) : tile.rows();
    }

    /** A strip by one panel. */
    private void strip(int k0, int length, int i, int j, int columns, float[] panel, int bo) {
        MicroKernel.Near tile = columns == widest * LANES ? MicroKernel.near(distance, widest, i1 - i) : null;
        if (tile != null) {
            tile.run(length, a, ao + (i - i0) * lda, panel, bo, product.c, product.co + i * product.ldc + j, product.ldc, adds(k0));
            return;
        }
        int rows = height(i);
        for (int r = 0; r < rows; r += MR) {
            kernel(k0, length, i + r, Math.min(MR, rows - r), j, columns, panel, bo);
        }
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
        int at = ao + (i - i0) * lda;
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
