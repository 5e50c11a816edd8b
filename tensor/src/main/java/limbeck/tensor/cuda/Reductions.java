package limbeck.tensor.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;
import limbeck.tensor.spi.View;

/**
 * Folds of many elements into one. How a fold is cut depends on shape and layout alone, so that bits do not depend on the device.
 */
final class Reductions {
    /** Below this many results the folded elements are cut, so that all of the device has something to do. */
    private static final int FEW_RESULTS = 1024;
    /** Elements that a block folds into one. */
    private static final int ROW_CHUNK = 4096;
    /** Elements that a block folds into each of 32 results. */
    private static final int COLUMN_CHUNK = 512;
    /** A row that a warp folds. */
    private static final int SHORT = 512;

    private Reductions() {
    }

    static void run(Reduce op, View in, View out, Temps temps) {
        CudaContext cuda = temps.context();
        int results = out.shape().intSize();
        int count = product(in.shape(), op.axes());
        if (count == 0) {
            Moves.fill(cuda, out, neutral(op.fn()));
            return;
        }
        Walk kept = kept(in, op.axes());
        Walk folded = Walk.over(op.axes().stream().mapToInt(axis -> axis).toArray(), in.layout());
        String name = ElementwiseSource.name(op.fn()) + (in.type() == DType.I32 ? "_i32" : "_f32");
        fold(cuda.kernels("reduce.cu"), name, in, out, results, count, kept, folded, temps);
    }

    private static void fold(Kernels kernels, String name, View in, View out, int results, int count, Walk kept, Walk folded,
            Temps temps) {
        boolean columns = areColumns(results, kept, folded);
        if (!columns && count <= SHORT && results > 1) {
            kernels.kernel(name + "_short").launch(Math.ceilDiv(results, 8), 1, 1, 256, 0, in, out, results, count, kept.struct(),
                    folded.struct());
            return;
        }
        int chunk = chunk(columns, results, count);
        int chunks = Math.ceilDiv(count, chunk);
        Object target = chunks == 1 ? out : temps.workspace(Math.multiplyExact(chunks, results));
        Kernel kernel = kernels.kernel(name + (columns ? "_columns" : "_rows"));
        kernel.launch(columns ? Math.ceilDiv(results, 32) : results, chunks, 1, 256, 0, in, target, results, count, chunk, kept.struct(),
                folded.struct());
        if (chunks > 1) {
            Walk results1 = Walk.of(Layout.contiguous(Shape.of(results)));
            Walk chunks1 = Walk.of(Layout.contiguous(Shape.of(chunks, results)).slice(List.of(0, 0), List.of(chunks, 1), List.of(1, 1)));
            Kernel second = kernels.kernel(name + (results > 1 ? "_columns" : "_rows"));
            second.launch(Math.ceilDiv(results, results > 1 ? 32 : 1), 1, 1, 256, 0, target, out, results, chunks, chunks,
                    results1.struct(), chunks1.struct());
        }
    }

    /** Whether neighbouring results lie nearer to each other than neighbouring elements of one result. */
    private static boolean areColumns(int results, Walk kept, Walk folded) {
        if (results == 1 || kept.rank() == 0) {
            return false;
        }
        return folded.rank() == 0 || Math.abs(kept.stride(0, 0)) < Math.abs(folded.stride(0, 0));
    }

    private static int chunk(boolean columns, int results, int count) {
        int blocks = columns ? Math.ceilDiv(results, 32) : results;
        int chunk = blocks >= FEW_RESULTS ? count : columns ? COLUMN_CHUNK : ROW_CHUNK;
        return Math.max(chunk, Math.ceilDiv(count, CudaContext.MAX_GRID));
    }

    /** The places of the results in the operand, in row-major order of the results. */
    private static Walk kept(View in, List<Integer> axes) {
        int[] kept = IntStream.range(0, in.shape().rank()).filter(axis -> !axes.contains(axis)).toArray();
        return Walk.over(kept, Layout.contiguous(in.shape().without(axes, true)), in.layout()).from(1);
    }

    private static int product(Shape shape, List<Integer> axes) {
        long product = 1;
        for (int axis : axes) {
            product *= shape.dim(axis);
        }
        return Math.toIntExact(product);
    }

    private static double neutral(ReduceFn fn) {
        return switch (fn) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    static void arg(ArgReduce op, View in, View out, Temps temps) {
        String name = (op.largest() ? "argmax" : "argmin") + (in.type() == DType.I32 ? "_i32" : "_f32");
        int results = out.shape().intSize();
        temps.context().kernels("reduce.cu").kernel(name).launch(Math.ceilDiv(results, 8), 1, 1, 256, 0, in, out, results,
                in.shape().dim(op.axis()), in.layout().stride(op.axis()), kept(in, List.of(op.axis())).struct());
    }

    /** The sum of the squares of all elements of dense float32 tensors. */
    static void squareSum(List<View> in, View out, Temps temps) {
        CudaContext cuda = temps.context();
        ByteBuffer table = ByteBuffer.allocate(16 * in.size()).order(ByteOrder.nativeOrder());
        int blocks = 0;
        for (View view : in) {
            int n = view.shape().intSize();
            table.putLong(DeviceStorage.address(view)).putInt(n).putInt(blocks);
            blocks += Math.ceilDiv(n, ROW_CHUNK);
        }
        if (blocks == 0) {
            Moves.fill(cuda, out, 0);
            return;
        }
        long parts = temps.workspace(table.capacity() / 4);
        cuda.upload(table.array(), parts, table.capacity());
        View sums = temps.fresh(DType.F32, Layout.contiguous(Shape.of(blocks)));
        cuda.kernels("reduce.cu").kernel("square_sum").launch(blocks, 1, 1, 256, 0, parts, in.size(), sums);
        run(new Reduce(ReduceFn.SUM, List.of(0), false), sums, out, temps);
    }
}
