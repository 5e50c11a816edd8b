package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/** {@link MatMul} on views of float arrays: finds the fewest and largest products that a broadcast batch is made of. */
final class MatMulKernel {
    // Multiply-adds from which one product is worth all threads: below, each thread takes whole products.
    private static final long LARGE = 1 << 22;
    private static final long TASK = 1 << 18;

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
        float[] c = ((HostStorage) out.storage()).floats();
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

    private static GemmMatrix matrix(View view, boolean transposed) {
        Layout layout = view.layout();
        var matrix = new GemmMatrix(((HostStorage) view.storage()).floats(), layout.offset(), layout.stride(-2), layout.stride(-1));
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
            int at = co + number * m * n;
            if (m == 1 && Gemv.applies(right)) {
                Gemv.run(k, n, left, right, c, at);
            } else if (n == 1 && Gemv.applies(left)) {
                Gemv.run(k, m, right.transposed(), left.transposed(), c, at);
            } else {
                Gemm.of(m, n, k, left, right, c, at, n, false).run();
            }
        }
    }
}
