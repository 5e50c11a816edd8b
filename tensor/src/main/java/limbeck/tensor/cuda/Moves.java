package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.Pad;
import limbeck.tensor.spi.View;

/** Elements to other places, or as other types. */
final class Moves {
    /** Of a tile of the transposition. */
    private static final int TILE = 32;
    /** A grid of the transposition takes no more matrices than this; beyond, and below it, elements go one by one. */
    private static final int WORTH_TILING = 16;
    /** More elements that lie one behind the other are the driver's, who must be handed all launches before; fewer stay among them. */
    private static final int LARGE = 1 << 16;

    private Moves() {
    }

    private static Kernel kernel(CudaContext cuda, String name) {
        return cuda.kernels("moves.cu").kernel(name);
    }

    /** The same elements in another order; both sides have one type, the target may be any view without repetition. */
    static void copy(CudaContext cuda, View from, View to) {
        int n = to.shape().intSize();
        if (n == 0) {
            return;
        }
        Walk walk = Walk.of(to.layout(), from.layout());
        int bytes = to.type().bytes();
        if (n > LARGE && walk.rank() == 1 && walk.stride(0, 0) == 1 && walk.stride(1, 0) == 1) {
            check(cuMemcpyDtoDAsync(DeviceStorage.address(to), DeviceStorage.address(from), (long) n * bytes, cuda.stream()),
                    "cuMemcpyDtoDAsync of " + (long) n * bytes + " bytes");
        } else if (!transpose(cuda, walk, from, to)) {
            kernel(cuda, "copy_" + 8 * bytes).launchFor(n, from, to, n, swapped(walk));
        }
    }

    /** Kernels name the source first. */
    private static int[] swapped(Walk walk) {
        return walk.reversed().struct();
    }

    private static boolean transpose(CudaContext cuda, Walk walk, View from, View to) {
        int bytes = to.type().bytes();
        if (walk.rank() < 2 || walk.stride(0, 0) != 1 || bytes != 2 && bytes != 4) {
            return false;
        }
        int row = 1;
        while (row < walk.rank() && walk.stride(1, row) != 1) {
            row++;
        }
        if (row == walk.rank() || walk.size(0) < WORTH_TILING || walk.size(row) < WORTH_TILING) {
            return false;
        }
        int columns = walk.size(0);
        int rows = walk.size(row);
        int batches = to.shape().intSize() / (rows * columns);
        if (batches > CudaContext.MAX_GRID || Math.ceilDiv(rows, TILE) > CudaContext.MAX_GRID) {
            return false;
        }
        kernel(cuda, "transpose_" + 8 * bytes).launch(Math.ceilDiv(columns, TILE), Math.ceilDiv(rows, TILE), batches, 256, 0,
                from, to, rows, columns, walk.stride(1, 0), walk.stride(0, row), walk.without(0, row).reversed().struct());
        return true;
    }

    /** The same numbers as another type, rounded as {@link DType#round} says. */
    static void cast(CudaContext cuda, View from, View to) {
        int n = to.shape().intSize();
        if (from.type() == to.type()) {
            copy(cuda, from, to);
        } else if (n > 0) {
            int[] walk = swapped(Walk.of(to.layout(), from.layout()));
            if (from.type() == DType.F32 && to.type() == DType.BF16) {
                kernel(cuda, "cast_f32_bf16").launchFor(n, from, to, n, walk);
            } else if (from.type() == DType.BF16 && to.type() == DType.F32) {
                kernel(cuda, "cast_bf16_f32").launchFor(n, from, to, n, walk);
            } else {
                kernel(cuda, "cast").launchFor(n, from, from.type().ordinal(), to, to.type().ordinal(), n, walk);
            }
        }
    }

    /** One value everywhere in a dense tensor. */
    static void fill(CudaContext cuda, View out, double value) {
        int n = out.shape().intSize();
        long bits = bits(out.type(), value);
        if (bits == 0 && n > LARGE) {
            check(cuMemsetD8Async(DeviceStorage.address(out), (byte) 0, (long) n * out.type().bytes(), cuda.stream()), "cuMemsetD8Async");
            return;
        }
        Kernel kernel = kernel(cuda, "fill_" + 8 * out.type().bytes());
        if (out.type().bytes() == 8) {
            kernel.launchFor(n, out, n, bits);
        } else {
            kernel.launchFor(n, out, n, (int) bits);
        }
    }

    /** A number as an element of a type holds it. */
    static long bits(DType type, double value) {
        double rounded = type.round(value);
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) rounded);
            case F64 -> Double.doubleToRawLongBits(rounded);
            case BF16 -> DType.floatToBfloat16((float) rounded);
            case F16 -> Float.floatToFloat16((float) rounded);
            case I8, I32, BOOL -> (int) rounded;
        };
    }

    static void arange(CudaContext cuda, Arange op, View out) {
        kernel(cuda, "arange").launchFor(op.count(), out, op.type().ordinal(), op.count(), op.start(), op.step());
    }

    static void concat(CudaContext cuda, int axis, List<View> in, View out) {
        int start = 0;
        for (View view : in) {
            int stop = start + view.shape().dim(axis);
            copy(cuda, view, part(out, axis, start, stop));
            start = stop;
        }
    }

    private static View part(View view, int axis, int start, int stop) {
        List<Integer> stops = new ArrayList<>();
        for (int dim : view.shape().dims()) {
            stops.add(dim);
        }
        stops.set(axis, stop);
        List<Integer> starts = new ArrayList<>(Collections.nCopies(stops.size(), 0));
        starts.set(axis, start);
        return new View(view.storage(), view.layout().slice(starts, stops, Collections.nCopies(stops.size(), 1)));
    }

    static void pad(CudaContext cuda, Pad op, View in, View out) {
        fill(cuda, out, op.value());
        List<Integer> stops = new ArrayList<>();
        for (int axis = 0; axis < in.shape().rank(); axis++) {
            stops.add(op.before().get(axis) + in.shape().dim(axis));
        }
        Layout inside = out.layout().slice(op.before(), stops, Collections.nCopies(stops.size(), 1));
        copy(cuda, in, new View(out.storage(), inside));
    }
}
