package limbeck.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.View;

/** The intermediate tensors of one kernel call: from the pool, and back to it when the call ends. */
final class Temps implements AutoCloseable {
    private static final int WORTH_COPYING = 4096;
    private static final int PAGE = 4096;
    private static final int WORTH_SPREADING = 16 * PAGE;
    /**
     * How far the next array of the same size is to begin behind this one, modulo a page. Arrays are allocated one behind the other, and
     * where two that are walked together begin at the same place of a page, or a little behind, a processor takes a load for one of
     * what was just stored and waits: measured, relu of 64K elements runs at 61 or at 103 GB/s. Seventeen cache lines spread them.
     */
    private static final int SPREAD = 17 * 64;

    private final Pool pool;
    private final List<HostStorage> taken = new ArrayList<>();

    Temps(Pool pool) {
        this.pool = pool;
    }

    /** Storage of unspecified content from a pool. */
    static HostStorage allocate(Pool pool, DType type, int size) {
        Class<?> element = switch (type) {
            case F32 -> float.class;
            case F64 -> double.class;
            case I32 -> int.class;
            case I8, BOOL -> byte.class;
            case BF16, F16 -> short.class;
        };
        long bytes = (long) size * type.bytes();
        return new HostStorage(type, size, start(type), pool.take(element, length(type, size), bytes), pool);
    }

    /** Elements of an array for so many of a tensor, at most {@link Shape#MOST}. */
    static int length(DType type, int size) {
        return start(type) + size + padding(type, (long) size * type.bytes());
    }

    private static int start(DType type) {
        return type == DType.F32 ? CacheLines.START : 0;
    }

    /** Elements added at the end of a large array, so that equally large ones do not all begin at the same place of a page. */
    private static int padding(DType type, long bytes) {
        return bytes < WORTH_SPREADING || bytes > Integer.MAX_VALUE ? 0 : (int) Math.floorMod(SPREAD - CacheLines.SIZE - bytes, (long) PAGE) / type.bytes();
    }

    /** A tensor of unspecified content; the layout is dense. */
    View fresh(DType type, Layout layout) {
        HostStorage storage = allocate(pool, type, layout.shape().intSize());
        taken.add(storage);
        return new View(storage, layout.at(storage.start()));
    }

    /** The same numbers in another type, dense in the same order. */
    View cast(View from, DType type) {
        if (from.type() == type) {
            return from;
        }
        View to = fresh(type, Layout.denseLike(from.shape(), from.layout()));
        Casts.run(from, to);
        return to;
    }

    /** The same numbers in another order, copied only where they are not in it already. */
    View ordered(View from, Layout layout) {
        if (from.layout().sameOrder(layout)) {
            return from;
        }
        View to = fresh(from.type(), layout);
        Moves.copy(from, to);
        return to;
    }

    /** A large operand in the result's order, where its elements would otherwise be fetched one by one. */
    View aligned(View from, View result) {
        if (from.shape().size() < WORTH_COPYING || !from.shape().equals(result.shape())) {
            return from;
        }
        for (int axis = 0; axis < from.shape().rank(); axis++) {
            boolean innermost = from.shape().dim(axis) > 1 && result.layout().stride(axis) == 1;
            if (innermost && from.layout().stride(axis) != 1 && from.layout().stride(axis) != 0) {
                return ordered(from, result.layout());
            }
        }
        return from;
    }

    @Override
    public void close() {
        for (HostStorage storage : taken) {
            storage.release("the kernel that made it");
        }
    }
}
