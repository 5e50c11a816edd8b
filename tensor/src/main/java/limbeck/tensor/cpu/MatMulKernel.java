package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/** {@link MatMul} on views of float arrays: finds the fewest and largest products that a broadcast batch is made of. */
final class MatMulKernel {
    // Multiply-adds from which one product is worth all threads: below, each thread takes whole products.
    private static final long LARGE = 1 << 22;
    private static final long TASK = 1 << 18;
    // Rows of x up to which it is worth keeping a packed weight: with more, packing is a fiftieth of the work.
    private static final int PACKED_ROWS = 512;
    private static final int UNCHANGED = 8;

    private MatMulKernel() {
    }

    /**
     * Multiplies.
     *
     * @param op which operands are transposed
     * @param left float32, any layout
     * @param right float32, any layout
     * @param out float32, dense in row-major order
     */
    static void run(MatMul op, View left, View right, View out) {
        Shape shape = out.shape();
        if (shape.size() == 0) {
            return;
        }
        int rank = shape.rank();
        int m = shape.dim(-2);
        int n = shape.dim(-1);
        int k = left.shape().dim(op.transposeLeft() ? -2 : -1);
        GemmMatrix a = matrix(left, op.transposeLeft());
        GemmMatrix b = matrix(right, op.transposeRight());
        float[] c = floats(out);
        int co = out.layout().offset();

        int axes = rank - 2;
        int[] dims = Arrays.copyOf(shape.dims(), axes);
        int[] aStrides = batchStrides(left.layout(), axes);
        int[] bStrides = batchStrides(right.layout(), axes);
        // One right matrix for all: the innermost batches are further rows, where the left operand's rows go on evenly.
        while (axes > 0 && (dims[axes - 1] == 1 || bStrides[axes - 1] == 0 && (m == 1 || aStrides[axes - 1] == m * a.rowStride()))) {
            axes--;
            if (m == 1 && dims[axes] > 1) {
                a = new GemmMatrix(a.array(), a.offset(), aStrides[axes], a.columnStride());
            }
            m *= dims[axes];
        }
        int batches = 1;
        for (int i = 0; i < axes; i++) {
            batches *= dims[i];
        }
        long work = (long) m * n * k;
        var products = new Products(a, b, c, co, m, n, k, axes, dims, aStrides, bStrides);
        if (batches == 1 || work >= LARGE) {
            for (int i = 0; i < batches; i++) {
                products.run(i);
            }
        } else {
            Parallel.range(batches, (int) Math.max(1, TASK / Math.max(1, work)), (from, to) -> {
                for (int i = from; i < to; i++) {
                    products.run(i);
                }
            });
        }
    }

    /**
     * {@link Linear}: one product, whose tiles get their bias and their ReLU while they are in the cache.
     *
     * @param relu whether negative results become 0
     * @param x float32 (N, in), any layout
     * @param weight float32 (out, in), any layout
     * @param bias float32 (out), contiguous
     * @param out float32 (N, out), dense in row-major order
     */
    static void linear(boolean relu, View x, View weight, View bias, View out) {
        int n = out.shape().dim(1);
        float[] c = floats(out);
        int co = out.layout().offset();
        float[] b = floats(bias);
        int bo = bias.layout().offset();
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        Finish finish = (row, rows, column, columns) ->
                VectorRows.addBias(rows, columns, b, bo + column, null, 0, floor, c, co + row * n + column, n);
        int m = out.shape().dim(0);
        int k = x.shape().dim(1);
        GemmMatrix left = matrix(x, false);
        GemmMatrix right = matrix(weight, true);
        boolean isPacked = m > 1 && n > 1 && m <= PACKED_ROWS && !DotGemm.applies(n, k, left);
        Panels packed = isPacked ? packed(k, n, weight, right) : null;
        if (packed == null) {
            multiply(m, n, k, left, right, c, co, finish);
        } else {
            Gemm.of(m, n, k, left, packed, c, co, n).run(finish);
        }
    }

    /**
     * A weight that so many products see unchanged is one of a model that is not trained: it is packed for all that come. In
     * training each step changes it, and nothing is kept.
     */
    private static Panels packed(int k, int n, View weight, GemmMatrix right) {
        Storage storage = weight.storage();
        if (storage.owner() != null) {
            // It goes with its scope.
            return null;
        }
        // Before the weight is read: whoever changes it meanwhile makes what is packed outdated.
        long version = storage.version();
        Packed last = storage.derived() instanceof Packed kept && kept.isOf(weight.layout(), version) ? kept
                : new Packed(weight.layout(), version, 0, null);
        if (last.panels == null) {
            int uses = last.uses + 1;
            last = new Packed(weight.layout(), version, uses, uses < UNCHANGED ? null : Panels.of(k, n, right));
            storage.derived(last);
        }
        return last.panels;
    }

    /** What is kept with a weight: how it is seen, its version, how often it was seen, and in the end its panels. */
    private record Packed(Layout layout, long version, int uses, Panels panels) {
        boolean isOf(Layout layout, long version) {
            return this.layout.equals(layout) && this.version == version;
        }
    }

    private static void multiply(int m, int n, int k, GemmMatrix left, GemmMatrix right, float[] c, int co, Finish finish) {
        if (m == 1 && Gemv.applies(right)) {
            Gemv.run(k, n, left, right, c, co, finish);
        } else if (n == 1 && Gemv.applies(left)) {
            // The result as a row: its columns are the rows.
            Gemv.run(k, m, right.transposed(), left.transposed(), c, co, (_, _, row, rows) -> finish.block(row, rows, 0, 1));
        } else if (DotGemm.applies(n, k, left)) {
            DotGemm.run(m, n, k, left, right, c, co, finish);
        } else {
            Gemm.of(m, n, k, left, right, c, co, n, false).run(finish);
        }
    }

    private static GemmMatrix matrix(View view, boolean transposed) {
        Layout layout = view.layout();
        var matrix = new GemmMatrix(floats(view), layout.offset(), layout.stride(-2), layout.stride(-1));
        return transposed ? matrix.transposed() : matrix;
    }

    /** The strides of the batch axes, aligned on the right; 0 where an axis is broadcast. */
    private static int[] batchStrides(Layout layout, int axes) {
        int[] strides = new int[axes];
        int added = axes + 2 - layout.shape().rank();
        for (int i = added; i < axes; i++) {
            strides[i] = layout.shape().dim(i - added) == 1 ? 0 : layout.stride(i - added);
        }
        return strides;
    }

    /** The products that remain, numbered in row-major order of their batch axes. */
    private record Products(GemmMatrix a, GemmMatrix b, float[] c, int co, int m, int n, int k, int axes, int[] dims, int[] aStrides,
            int[] bStrides) {
        void run(int number) {
            int aOffset = a.offset();
            int bOffset = b.offset();
            int rest = number;
            for (int axis = axes - 1; axis >= 0; axis--) {
                int index = rest % dims[axis];
                rest /= dims[axis];
                aOffset += index * aStrides[axis];
                bOffset += index * bStrides[axis];
            }
            var left = new GemmMatrix(a.array(), aOffset, a.rowStride(), a.columnStride());
            var right = new GemmMatrix(b.array(), bOffset, b.rowStride(), b.columnStride());
            multiply(m, n, k, left, right, c, co + number * m * n, Finish.NONE);
        }
    }
}
