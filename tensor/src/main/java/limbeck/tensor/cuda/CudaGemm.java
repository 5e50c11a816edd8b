package limbeck.tensor.cuda;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Precision;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.spi.View;

/**
 * Matrix products. Tiles of 128 x 128 numbers where there are enough of them to occupy a large device, else of 64 x 64, and where
 * even those are few, the summed index is cut into pieces which a second kernel adds up in order. How a product is cut depends on its
 * sizes alone, so that every device gives the same bits.
 */
final class CudaGemm {
    /** Blocks that occupy a large device, which is what the cuts aim at. */
    static final int BLOCKS = 128;
    /** Fewer summed numbers are not worth a piece of their own. */
    private static final int LEAST_PIECE = 128;
    private static final int MOST_PIECES = 256;
    /** Floats of all pieces. */
    private static final int LARGEST_WORKSPACE = 1 << 24;
    /** Tensor cores multiply TensorFloat-32 from this compute capability on. */
    private static final int TENSOR_CORES = 80;

    private CudaGemm() {
    }

    /**
     * A matrix on the device, for each batch, as one side of a product: the left one's rows, or the right one's columns.
     *
     * @param address of the first batch's first number
     * @param row distance of the rows (of the right one: the columns), in elements
     * @param step distance of the numbers that are summed
     * @param batch distance of the batches
     */
    record Side(long address, int row, int step, int batch) {
        /** Whether a row's numbers lie one behind the other, or else those of a depth. */
        boolean isKMajor() {
            return step == 1 || row != 1 && Math.abs((long) step) <= Math.abs((long) row);
        }

        /** Whether four numbers at a time can be read along memory. */
        boolean isInChunks(int batches) {
            boolean along = isKMajor() ? step == 1 : row == 1;
            int across = isKMajor() ? row : step;
            return along && address % 16 == 0 && across % 4 == 0 && (batches == 1 || batch % 4 == 0);
        }

        Side from(long elements) {
            return new Side(address + 4 * elements, row, step, batch);
        }
    }

    /**
     * What becomes of the sums: times scale, plus shift, plus residual, not below 0.
     *
     * @param scale address of a number for each column, or 0
     * @param shift likewise
     * @param residual address of numbers that lie as the result does, or 0
     * @param relu whether negative results become 0
     */
    record Finish(long scale, long shift, long residual, boolean relu) {
        static final Finish NONE = new Finish(0, 0, 0, false);

        int reluFlag() {
            return relu ? 1 : 0;
        }
    }

    /** Whether there is a kernel for a linear layer on these operands. */
    static boolean fuses(List<View> in) {
        return in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0);
    }

    /**
     * Multiplies.
     *
     * @param op which operand is transposed
     * @param left (..., m, k), any layout
     * @param right (..., k, n), any layout
     * @param out (..., m, n), row-major
     * @param temps takes the pieces
     */
    static void matMul(MatMul op, View left, View right, View out, Temps temps) {
        int m = out.shape().dim(-2);
        int n = out.shape().dim(-1);
        int k = left.shape().dim(op.transposeLeft() ? -2 : -1);
        var a = new Side(DeviceStorage.address(left), left.layout().stride(op.transposeLeft() ? -1 : -2),
                left.layout().stride(op.transposeLeft() ? -2 : -1), 0);
        var b = new Side(DeviceStorage.address(right), right.layout().stride(op.transposeRight() ? -2 : -1),
                right.layout().stride(op.transposeRight() ? -1 : -2), 0);
        Batches batches = Batches.of(left.layout(), right.layout(), out.shape());
        if (batches.isRowsOf(a, m)) {
            m *= batches.inner();
            batches = Batches.NONE;
        }
        for (int outer = 0; outer < batches.outer(); outer++) {
            for (int from = 0; from < batches.inner(); from += CudaContext.MAX_GRID) {
                int count = Math.min(batches.inner() - from, CudaContext.MAX_GRID);
                long c = DeviceStorage.address(out) + 4L * ((long) outer * batches.inner() + from) * m * n;
                multiply(temps, m, n, k, count, batches.left(a, outer, from), batches.right(b, outer, from), c, Finish.NONE);
            }
        }
    }

    /**
     * Multiplies by a transposed weight and adds a bias.
     *
     * @param relu whether negative results become 0
     * @param x (N, in), any layout
     * @param weight (out, in), any layout
     * @param bias (out)
     * @param out (N, out), row-major
     * @param temps takes the pieces
     */
    static void linear(boolean relu, View x, View weight, View bias, View out, Temps temps) {
        View shift = temps.ordered(bias, Layout.contiguous(bias.shape()));
        var a = new Side(DeviceStorage.address(x), x.layout().stride(0), x.layout().stride(1), 0);
        var b = new Side(DeviceStorage.address(weight), weight.layout().stride(0), weight.layout().stride(1), 0);
        multiply(temps, x.shape().dim(0), weight.shape().dim(0), x.shape().dim(1), 1, a, b, DeviceStorage.address(out),
                new Finish(0, DeviceStorage.address(shift), 0, relu));
    }

    /**
     * One product for each batch.
     *
     * @param temps takes the pieces
     * @param m rows of the result, at least 1
     * @param n columns of the result, at least 1
     * @param k summed numbers, at least 0
     * @param batches how many, at least 1 and at most {@link CudaContext#MAX_GRID}
     * @param a the left operand
     * @param b the right operand
     * @param c address of the results, (batches, m, n) in row-major order
     * @param finish what becomes of the sums; no residual where there is more than one batch
     */
    static void multiply(Temps temps, int m, int n, int k, int batches, Side a, Side b, long c, Finish finish) {
        if ((m == 1 || n == 1) && finish.scale == 0 && finish.residual == 0) {
            if (n == 1) {
                byVector(temps, m, k, batches, a, b, false, c, finish);
            } else {
                byVector(temps, n, k, batches, b, a, true, c, finish);
            }
            return;
        }
        Precision precision = precision(temps);
        Tile tile = Tile.of(m, n, batches, precision);
        int tiles = tile.count(m, n);
        Cut cut = Cut.of((long) tiles * batches, (long) m * n * batches, k);
        int[] product = {m, n, k, cut.length, a.row, a.step, a.batch, b.row, b.step, b.batch, cut.isWhole() ? finish.reluFlag() : 0,
            a.isInChunks(batches) ? 1 : 0, b.isInChunks(batches) ? 1 : 0, n % 2 == 0 && c % 8 == 0 ? 1 : 0};
        Kernel kernel = temps.context().kernels("matmul.cu", inner(precision)).kernel("matmul_" + (a.isKMajor() ? 'k' : 'm')
                + (b.isKMajor() ? 'k' : 'n') + '_' + tile.name());
        if (cut.isWhole()) {
            kernel.launch(tiles, 1, batches, tile.threads(), tile.ringBytes(), a.address, b.address, c, finish.scale, finish.shift,
                    finish.residual, product);
        } else {
            int plane = m * n * batches;
            long parts = temps.workspace(cut.pieces * plane);
            kernel.launch(tiles, cut.pieces, batches, tile.threads(), tile.ringBytes(), a.address, b.address, parts, 0L, 0L, 0L, product);
            sum(temps, parts, cut.pieces, plane, c, n, finish);
        }
    }

    /** Adds up pieces of a result with n columns. */
    static void sum(Temps temps, long parts, int pieces, int size, long out, int n, Finish finish) {
        Strands strands = Strands.of(pieces);
        temps.context().kernels("pieces.cu").kernel("sum_pieces").launch(strands.blocks(size), 1, 1, strands.threads, 0, parts, pieces,
                strands.count, size, out, n, finish.scale, finish.shift, finish.residual, finish.reluFlag());
    }

    /**
     * How many threads add up the pieces of one number, and how many a block has: see {@code strands.cuh}.
     *
     * @param count threads for a number
     * @param threads of a block
     */
    record Strands(int count, int threads) {
        static Strands of(int pieces) {
            return pieces <= 4 ? new Strands(1, 256) : pieces <= 32 ? new Strands(8, 256) : new Strands(32, 1024);
        }

        int blocks(int size) {
            return Math.ceilDiv(size, threads / count);
        }
    }

    /** The product of a matrix of n rows and a vector. */
    private static void byVector(Temps temps, int n, int k, int batches, Side matrix, Side vector, boolean across, long y, Finish finish) {
        boolean rows = matrix.isKMajor();
        int blocks = Math.ceilDiv(n, rows ? 4 : 32);
        Cut cut = Cut.of((long) blocks * batches, (long) n * batches, k);
        int plane = n * batches;
        long to = cut.isWhole() ? y : temps.workspace(cut.pieces * plane);
        int[] product = {n, k, cut.length, matrix.row, matrix.step, matrix.batch, vector.step, vector.batch, across ? 1 : 0,
            cut.isWhole() ? finish.reluFlag() : 0};
        temps.context().kernels("gemv.cu").kernel(rows ? "gemv_rows" : "gemv_columns").launch(blocks, cut.pieces, batches, rows ? 128 : 256,
                0, matrix.address, vector.address, to, cut.isWhole() ? finish.shift : 0L, product);
        if (!cut.isWhole()) {
            sum(temps, to, cut.pieces, plane, y, across ? n : 1, finish);
        }
    }

    /**
     * How sums are cut into pieces.
     *
     * @param pieces how many
     * @param length summed numbers of each, a multiple of {@link Tile#DEEP}; the last one has what is left
     */
    record Cut(int pieces, int length) {
        /**
         * So that there are blocks for a whole device, where a piece is still worth it.
         *
         * @param blocks without a cut
         * @param results numbers of the result, in all
         * @param k summed numbers
         */
        static Cut of(long blocks, long results, int k) {
            long wanted = blocks >= BLOCKS ? 1 : Math.min(Math.ceilDiv(2L * BLOCKS, blocks), k / LEAST_PIECE);
            int pieces = Math.clamp(Math.min(wanted, LARGEST_WORKSPACE / results), 1, MOST_PIECES);
            int length = Math.max(1, Math.ceilDiv(Math.ceilDiv(k, pieces), Tile.DEEP)) * Tile.DEEP;
            return new Cut(Math.max(1, Math.ceilDiv(k, length)), length);
        }

        boolean isWhole() {
            return pieces == 1;
        }
    }

    /** How numbers are multiplied on this device. */
    static Precision precision(Temps temps) {
        return temps.context().capability() < TENSOR_CORES ? Precision.STRICT : Precision.current();
    }

    /** The compiler's option for it. */
    static String inner(Precision precision) {
        return "-DINNER=" + switch (precision) {
            case STRICT -> 0;
            case FP32 -> 1;
            case TF32 -> 2;
            case BF16 -> 3;
        };
    }
}
