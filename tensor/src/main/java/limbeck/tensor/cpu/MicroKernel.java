package limbeck.tensor.cpu;

/**
 * The innermost loop of a matrix product: a tile of C, six rows by one to four vectors of columns, held in
 * registers while the inner index runs. Everything around it only brings the operands into cache in the order that
 * it reads them (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
 *
 * <p>Six rows by four 512-bit vectors are 24 of 32 registers: enough independent sums to hide the latency of a fused
 * multiply-add, with 10 loads for 24 of them, and no spill. Narrower machines have 16 registers and use two vectors.
 * Where the left operand's rows are a constant distance apart, a larger tile ({@link Near}) is faster on processors that do two
 * multiply-adds a cycle: it fetches less of the panel, and its addresses cost nothing.
 * The right operand is a panel {@code [k][columns]}. The left one is read from rows where those are contiguous, and
 * from slivers {@code [k][6]} where columns are. The classes of all shapes are written by {@code MicroKernelSources}, among
 * the tests.
 *
 * <p>All kernels, the scalar one apart, add the products of one element of C in the same order with the same
 * rounding, so which of them computes it does not change the bits.
 */
abstract class MicroKernel {
    /** Rows of a tile. */
    static final int MR = 6;

    /** Elements of a vector. */
    static final int LANES = Simd.available() ? Simd.bits() / Float.SIZE : 16;

    /** The most vectors of columns in a tile. */
    static final int WIDEST = LANES == 16 ? 4 : 2;

    /** The distance of rows that are copied, as the kernel for them has it. */
    static final int STEP = Kernel12x2By528.DISTANCE;

    /**
     * The longest block of the inner index. A row that is copied has room behind it for the widest vector, so that a short piece at its end
     * can be copied by whole ones. The same on all machines, since it decides in which order products are added.
     */
    static final int INNER = STEP - 16;

    private static final MicroKernel[] ROWS = new MicroKernel[WIDEST + 1];
    private static final MicroKernel[] SLIVER = new MicroKernel[WIDEST + 1];

    static {
        for (int vectors = 1; vectors <= WIDEST; vectors++) {
            ROWS[vectors] = Simd.available() ? vectorRows(vectors) : new ScalarKernel(vectors * LANES, false);
            SLIVER[vectors] = Simd.available() ? vectorSliver(vectors) : new ScalarKernel(vectors * LANES, true);
        }
    }

    /**
     * A larger tile, for a left operand whose rows are a constant distance apart.
     *
     * @param kernel computes it, and needs not be told that distance
     * @param rows how many
     * @param vectors of columns, as many as a panel has
     */
    record Near(MicroKernel kernel, int rows, int vectors) {
        /** Computes its rows of a panel. */
        void run(int inner, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
            kernel.run(inner, a, ao, 0, b, bo, c, co, ldc, accumulate);
        }
    }

    // Narrower machines have not registers enough.
    private static final boolean TALL = WIDEST == 4 && Simd.available();
    private static final Near BY_STEP = TALL ? new Near(new Kernel12x2By528(), 12, 2) : null;
    // What twelve leave of a multiple of four, so that none is left over: 64 are 4 x 12 + 2 x 8, 128 are 10 x 12 + 8.
    private static final Near LOW = TALL ? new Near(new Kernel8x2By528(), 8, 2) : null;
    // Channels of images, whose pixels or tiles are the rows.
    private static final Near BY_16 = TALL ? new Near(new Kernel24x1By16(), 24, 1) : null;
    private static final Near BY_32 = TALL ? new Near(new Kernel12x2By32(), 12, 2) : null;
    private static final Near BY_64 = TALL ? new Near(new Kernel12x2By64(), 12, 2) : null;

    /** Vectors of columns in a panel that rows {@link #STEP} apart meet; 0 where there is no larger tile for them. */
    static final int STEP_PANEL = TALL ? BY_STEP.vectors : 0;

    /**
     * The larger tile for the first of some rows of the left operand.
     *
     * @param distance of the rows
     * @param panel vectors of columns in a panel
     * @param rows how many are left
     * @return null if there is none, not for so few, or not registers enough
     */
    static Near near(int distance, int panel, int rows) {
        Near near = switch (distance) {
            case Kernel24x1By16.DISTANCE -> BY_16;
            case Kernel12x2By32.DISTANCE -> BY_32;
            case Kernel12x2By64.DISTANCE -> BY_64;
            case STEP -> rows == 8 || rows == 16 ? LOW : BY_STEP;
            default -> null;
        };
        return near != null && near.vectors == panel && near.rows <= rows ? near : null;
    }

    private static MicroKernel vectorRows(int vectors) {
        return switch (vectors) {
            case 1 -> new Kernel6x1Rows();
            case 2 -> new Kernel6x2Rows();
            case 3 -> new Kernel6x3Rows();
            default -> new Kernel6x4Rows();
        };
    }

    private static MicroKernel vectorSliver(int vectors) {
        return switch (vectors) {
            case 1 -> new Kernel6x1Sliver();
            case 2 -> new Kernel6x2Sliver();
            case 3 -> new Kernel6x3Sliver();
            default -> new Kernel6x4Sliver();
        };
    }

    /**
     * The widest tile that wastes no whole vector on columns that are not there.
     *
     * @param columns how many columns are left
     * @param widest the most vectors
     * @return how many vectors, from 1 to the most
     */
    static int vectors(int columns, int widest) {
        return Math.min(widest, Math.ceilDiv(columns, LANES));
    }

    /**
     * The kernel for a width.
     *
     * @param vectors as {@link #vectors} says
     * @param sliver whether the left operand lies in slivers
     * @return the kernel
     */
    static MicroKernel of(int vectors, boolean sliver) {
        return (sliver ? SLIVER : ROWS)[vectors];
    }

    /**
     * Computes a tile: C = A B, or C += A B.
     *
     * @param inner the number of products in each element's sum
     * @param a holds the left operand
     * @param ao where its first row, or the sliver, begins
     * @param lda the distance of its rows; a sliver needs none
     * @param b holds the right operand's panel, its rows as long as the tile is wide
     * @param bo where the panel begins
     * @param c takes the tile
     * @param co where the tile begins
     * @param ldc the distance of its rows
     * @param accumulate true to add to what is there
     */
    abstract void run(int inner, float[] a, int ao, int lda, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate);
}
