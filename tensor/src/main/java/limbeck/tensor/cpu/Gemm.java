package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.Threads;

/**
 * A matrix product, C = A B or C += A B, with the rows of C contiguous: cut into {@link GemmTile}s that fit the caches,
 * which are given to threads.
 *
 * {@snippet :
 * Gemm.of(m, n, k, new GemmMatrix(a, 0, k, 1), new GemmMatrix(b, 0, n, 1), c, 0, n, false).run();
 * }
 *
 * <p>An operand is read through a {@link GemmSource}, which copies blocks of it into the order of the
 * {@link MicroKernel}: any strides, transposed or not, and convolutions without the matrix that they stand for. Rows of
 * A that are contiguous are read where they lie if the product is narrow: there a copy would cost more than it gains.
 * Otherwise they are copied to rows a constant distance apart, and the kernel has no addresses to compute.
 *
 * <p>The inner index goes in blocks of one length, and chunks of it that are added up depend on the shape alone: the bits of the
 * result do not depend on the number of threads, though the tiles may.
 */
final class Gemm {
    // A strip of twelve rows of A (24 KiB) stays in the L1 cache while a block of B passes by from L2.
    private static final int KC = MicroKernel.INNER;
    // Rows of a tile at most where A is gathered from an image (240 KiB), which then stays in L2 beside the panel.
    private static final int MC = 120;
    // Rows of a task whose finish wants to see them: few enough for several threads, and enough not to keep much of each.
    private static final int SEEN = 4 * MC;
    private static final int MR = MicroKernel.MR;
    private static final int LANES = MicroKernel.LANES;
    private static final int PANEL = MicroKernel.WIDEST * LANES;
    // B is packed for all threads in parts of at most this many floats (16 MiB).
    private static final int PART = 1 << 22;
    // Least arithmetic of a task, in multiply-adds: a few microseconds.
    private static final int TASK = 1 << 17;
    // A long inner index, from LONG on, is cut into at most so many chunks, whose sums are added in order.
    private static final int LONG = 3072;
    private static final int CHUNKS = 16;

    private static final AlignedScratch SHARED = new AlignedScratch();
    private static final Scratch SUMS = new Scratch();
    private static final Scratch TURNED = new Scratch();

    private final int m;
    private final int n;
    // The inner index runs from begin to end, in blocks of kc.
    final int begin;
    final int end;
    final int kc;
    // A, or A transposed where slivers of six columns are to be copied from it.
    final GemmSource left;
    final boolean sliver;
    final GemmSource right;
    // B where it is packed already, else null.
    private final Panels packed;
    final float[] c;
    final int co;
    final int ldc;
    final boolean accumulate;

    private Gemm(int m, int n, int begin, int end, GemmSource left, boolean sliver, GemmSource right, Panels packed, float[] c, int co,
            int ldc, boolean accumulate) {
        this.m = m;
        this.n = n;
        this.begin = begin;
        this.end = end;
        this.left = left;
        this.sliver = sliver;
        this.right = right;
        this.packed = packed;
        this.c = c;
        this.co = co;
        this.ldc = ldc;
        this.accumulate = accumulate;
        int inner = end - begin;
        kc = Math.ceilDiv(inner, Math.max(1, Math.ceilDiv(inner, KC)));
    }

    /**
     * The product of two matrices in memory.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B; 0 makes the product zero
     * @param left A
     * @param right B
     * @param c takes C
     * @param co where C begins
     * @param ldc the distance of its rows
     * @param accumulate true for C += A B
     * @return the product, to be run
     */
    static Gemm of(int m, int n, int k, GemmMatrix left, GemmMatrix right, float[] c, int co, int ldc, boolean accumulate) {
        boolean sliver = left.columnStride() != 1 && left.rowStride() == 1;
        return new Gemm(m, n, 0, k, sliver ? left.transposed() : left, sliver, right, null, c, co, ldc, accumulate);
    }

    /** C = A B where B has been packed for many products. */
    static Gemm of(int m, int n, int k, GemmMatrix left, Panels right, float[] c, int co, int ldc) {
        boolean sliver = left.columnStride() != 1 && left.rowStride() == 1;
        return new Gemm(m, n, 0, k, sliver ? left.transposed() : left, sliver, null, right, c, co, ldc, false);
    }

    /** C = A B where A is read in rows. */
    static Gemm ofRows(int m, int n, int k, GemmSource left, GemmSource right, float[] c, int co, int ldc) {
        return new Gemm(m, n, 0, k, left, false, right, null, c, co, ldc, false);
    }

    /** C = A B where A is given transposed, as a k x m matrix with contiguous rows. */
    static Gemm ofColumns(int m, int n, int k, GemmSource leftTransposed, GemmSource right, float[] c, int co, int ldc) {
        return new Gemm(m, n, 0, k, leftTransposed, true, right, null, c, co, ldc, false);
    }

    /** Multiplies on all threads. */
    void run() {
        run(Finish.NONE);
    }

    /** Multiplies on all threads, and sees each tile of the result through while it is in the cache. */
    void run(Finish finish) {
        int inner = end - begin;
        long work = (long) m * n * inner;
        if (work < 2 * TASK) {
            runHere(finish);
        } else if (inner >= LONG && m <= 2 * MC && n <= 16 * PANEL) {
            splitInner(Math.clamp(work / (8 * TASK), 2, CHUNKS), finish);
        } else if (isBetterTurned()) {
            turn(finish);
        } else if (left instanceof GemmMatrix && (packed != null || right instanceof GemmMatrix)) {
            splitGrid(finish);
        } else {
            splitRows(finish);
        }
    }

    /** Multiplies on the caller's thread. */
    void runHere(Finish finish) {
        if (begin == end) {
            for (int i = 0; i < m && !accumulate; i++) {
                Arrays.fill(c, co + i * ldc, co + i * ldc + n, 0);
            }
            finish.block(0, m, 0, n);
            return;
        }
        new GemmTile(this, 0, m).run(0, n, packed, finish);
    }

    /** A is copied, for instance from an image: B is packed for all, then each task takes some rows. */
    private void splitRows(Finish finish) {
        int inner = end - begin;
        int part = Math.clamp(PART / inner / PANEL * PANEL, PANEL, roundUp(n, PANEL));
        for (int first = 0; first < n; first += part) {
            int j0 = first;
            int columns = Math.min(n - first, part);
            var panels = Panels.in(SHARED, widest(n), begin, j0, inner, columns);
            panels.fill(right, columns);
            boolean seen = columns == n && finish.tasks(Math.ceilDiv(m, SEEN));
            int rows = seen ? SEEN : GemmCut.rows(m, MC, (int) Math.min(MC, TASK / ((long) inner * columns)));
            Parallel.range(m, rows, (i0, i1) -> {
                for (int i = i0; i < i1; i += MC) {
                    int end = Math.min(i1, i + MC);
                    new GemmTile(this, i, end).run(j0, j0 + columns, panels, finish);
                    if (seen) {
                        finish.rows(i0 / rows, i, end - i);
                    }
                }
            });
        }
    }

    /**
     * Each task takes a rectangle of C and packs its columns of B for itself, and its rows of A unless they are read where they
     * lie. So no thread reads what another has just written, which would have to travel from one processor's cache to the
     * other's: that cost up to a third of the speed on two threads.
     */
    private void splitGrid(Finish finish) {
        GemmCut cut = GemmCut.of(m, n, end - begin, kc, inPlace() != null, packed != null);
        int across = Math.ceilDiv(n, cut.columns());
        Parallel.range(Math.ceilDiv(m, cut.rows()) * across, 1, (task, _) -> {
            int i = task / across * cut.rows();
            int j = task % across * cut.columns();
            new GemmTile(this, i, Math.min(m, i + cut.rows())).run(j, Math.min(n, j + cut.columns()), packed, finish);
        });
    }

    /**
     * Whether to compute C^T = B^T A^T: for few rows of A and a B whose columns are contiguous, as the weights of a linear layer
     * lie. Then the large one is read where it lies, and the small one and the result are what is transposed.
     */
    private boolean isBetterTurned() {
        int inner = end - begin;
        return right instanceof GemmMatrix b && b.rowStride() == 1 && b.columnStride() != 1 && inPlace() != null && !accumulate
                && 2L * m * (n + inner) <= (long) n * inner && (long) m * inner <= PART;
    }

    private void turn(Finish finish) {
        int inner = end - begin;
        GemmMatrix b = (GemmMatrix) right;
        var panels = Panels.in(SHARED, MicroKernel.WIDEST, begin, 0, inner, m);
        panels.fill(inPlace().transposed(), m);
        int fit = Math.max(MR, GemmTile.NEAR / m / MR * MR);
        int rows = Math.min(fit, Math.max(MC, roundUp(Math.ceilDiv(n, 2 * Threads.count()), MR)));
        Parallel.range(n, rows, (from, to) -> {
            float[] turned = TURNED.floats((to - from) * m);
            var weights = new GemmMatrix(b.array(), b.offset() + from * b.columnStride(), b.columnStride(), 1);
            var product = new Gemm(to - from, m, begin, end, weights, false, null, panels, turned, 0, m, false);
            new GemmTile(product, 0, to - from).run(0, m, panels, Finish.NONE);
            new GemmMatrix(turned, 0, 1, m).copy(0, m, 0, to - from, c, co + from, ldc);
            finish.block(0, m, from, to - from);
        });
    }

    /** A long inner index, as in gradients of weights: each task takes a chunk of it for all of C. */
    private void splitInner(int parts, Finish finish) {
        int chunk = roundUp(Math.ceilDiv(end - begin, parts), KC);
        int chunks = Math.ceilDiv(end - begin, chunk);
        int size = m * n;
        float[] sums = SUMS.floats(chunks * size);
        Parallel.range(chunks, 1, (from, to) -> {
            int first = begin + from * chunk;
            new Gemm(m, n, first, Math.min(end, first + chunk), left, sliver, right, packed, sums, from * size, n, false)
                    .runHere(Finish.NONE);
        });
        Parallel.range(m, Math.ceilDiv(1 << 12, n), (from, to) -> {
            for (int row = from; row < to; row++) {
                for (int i = 0; i < chunks; i++) {
                    put(sums, i * size + row * n, n, c, co + row * ldc, accumulate || i > 0);
                }
            }
            finish.block(from, to - from, 0, n);
        });
    }

    /** Vectors of columns in a panel, of which so many meet A; its rows are copied if they cannot be read where they lie. */
    int widest(int columns) {
        return sliver ? MicroKernel.WIDEST : Panels.widest(kc, inPlace() == null ? Integer.MAX_VALUE : columns);
    }

    /** How far apart the rows of A are copied for a larger tile, or 0 if there is none that meets panels of so many vectors. */
    int distance(int panel) {
        return !sliver && panel == MicroKernel.STEP_PANEL ? MicroKernel.STEP : 0;
    }

    /** The left operand if the kernels can read it where it lies. */
    GemmMatrix inPlace() {
        return !sliver && left instanceof GemmMatrix matrix && matrix.columnStride() == 1 ? matrix : null;
    }

    static int roundUp(int value, int unit) {
        return Math.ceilDiv(value, unit) * unit;
    }

    static void put(float[] from, int at, int length, float[] to, int target, boolean accumulate) {
        if (!accumulate) {
            System.arraycopy(from, at, to, target, length);
            return;
        }
        for (int i = 0; i < length; i++) {
            to[target + i] += from[at + i];
        }
    }
}
