package limbeck.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.spi.View;

/** The ops that follow indices: gather, scatter-add, one-hot. */
final class Indexing {
    private Indexing() {
    }

    static void gather(CudaContext cuda, Gather op, View source, View index, View out) {
        int axis = op.axis();
        int extent = source.shape().dim(axis);
        int n = out.shape().intSize();
        Walk walk = Walk.of(out.layout(), stuck(source.layout(), axis, out.shape()), index.layout().expand(out.shape())).from(1);
        cuda.kernels("indexing.cu").kernel("gather_" + 8 * out.type().bytes()).launchFor(n, source, index, out, n, extent,
                source.layout().stride(axis), cuda.indexErrors().slot("gather", "result", extent), walk.struct());
    }

    /** A layout that stays at the start of an axis, repeated to a shape. */
    private static Layout stuck(Layout layout, int axis, Shape to) {
        List<Integer> stops = new ArrayList<>(IntStream.of(layout.shape().dims()).boxed().toList());
        stops.set(axis, 1);
        int rank = stops.size();
        return layout.slice(Collections.nCopies(rank, 0), stops, Collections.nCopies(rank, 1)).expand(to);
    }

    static void scatterAdd(CudaContext cuda, ScatterAdd op, View source, View index, View out) {
        int axis = op.axis();
        int count = source.shape().dim(axis);
        int n = out.shape().intSize();
        Layout places = index.layout().expand(source.shape());
        if (count == 0 || source.shape().size() == 0) {
            Moves.fill(cuda, out, 0);
            return;
        }
        Kernels kernels = cuda.kernels("indexing.cu");
        kernels.kernel("check_index").launchFor(source.shape().intSize(), index, source.shape().intSize(), op.extent(),
                cuda.indexErrors().slot("scatterAdd", "source", op.extent()),
                Walk.of(Layout.contiguous(source.shape()), places).from(1).struct());
        if (isShared(places, axis) && source.type() == DType.F32 && Math.ceilDiv(n / op.extent(), 32) <= CudaContext.MAX_GRID) {
            int columns = n / op.extent();
            int[] others = IntStream.range(0, source.shape().rank()).filter(other -> other != axis).toArray();
            Walk walk = Walk.over(others, Layout.contiguous(source.shape().with(axis, 1)), source.layout(), out.layout()).from(1);
            kernels.kernel("scatter_rows_f32").launch(Math.ceilDiv(op.extent(), 8), Math.ceilDiv(columns, 32), 1, 256, 0,
                    source, index, out, op.extent(), columns, count, source.layout().stride(axis), places.stride(axis),
                    out.layout().stride(axis), walk.struct());
        } else {
            Walk walk = Walk.of(out.layout(), stuck(source.layout(), axis, out.shape()), stuck(places, axis, out.shape()),
                    numbers(out.shape(), axis)).from(1);
            kernels.kernel("scatter_add_" + (source.type() == DType.I32 ? "i32" : "f32")).launchFor(n, source, index, out, n, count,
                    source.layout().stride(axis), places.stride(axis), walk.struct());
        }
    }

    /** Whether all lines along the axis have the same indices. */
    private static boolean isShared(Layout places, int axis) {
        return IntStream.range(0, places.shape().rank())
                .allMatch(other -> other == axis || places.stride(other) == 0 || places.shape().dim(other) == 1);
    }

    /** A layout whose places count an axis. */
    private static Layout numbers(Shape shape, int axis) {
        int[] dims = new int[shape.rank()];
        Arrays.fill(dims, 1);
        dims[axis] = shape.dim(axis);
        return Layout.contiguous(Shape.of(dims)).expand(shape);
    }

    static void oneHot(CudaContext cuda, OneHot op, View in, View out) {
        Moves.fill(cuda, out, 0);
        int n = in.shape().intSize();
        Walk walk = Walk.of(Layout.contiguous(in.shape()), in.layout()).from(1);
        cuda.kernels("indexing.cu").kernel("one_hot_" + 8 * out.type().bytes()).launchFor(n, in, out, n, op.classes(),
                Moves.bits(op.type(), 1), cuda.indexErrors().slot("oneHot", "labels", op.classes()), walk.struct());
    }
}
