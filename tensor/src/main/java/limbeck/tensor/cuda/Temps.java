package limbeck.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.spi.View;

/**
 * Intermediate tensors and workspace of one op: from the pool, and back to it when the op has been launched. That is before it
 * has run, which the stream's order allows.
 */
final class Temps implements AutoCloseable {
    private final CudaContext context;
    private final List<DeviceStorage> taken = new ArrayList<>(4);

    Temps(CudaContext context) {
        this.context = context;
    }

    CudaContext context() {
        return context;
    }

    /** A tensor of unspecified content; the layout is dense and starts at 0. */
    View fresh(DType type, Layout layout) {
        DeviceStorage storage = context.pool().storage(type, layout.shape().intSize());
        taken.add(storage);
        return new View(storage, layout);
    }

    /** The address of a workspace of so many elements of four bytes, of unspecified content. */
    long workspace(int count) {
        DeviceStorage storage = context.pool().storage(DType.F32, count);
        taken.add(storage);
        return storage.address();
    }

    /** The same numbers in another type, dense in the same order; as they are if they have it. */
    View cast(View from, DType type) {
        if (from.type() == type) {
            return from;
        }
        View to = fresh(type, Layout.denseLike(from.shape(), from.layout()));
        Moves.cast(context, from, to);
        return to;
    }

    /** The same numbers in another dense order, copied only where they are not in it already. */
    View ordered(View from, Layout layout) {
        if (from.layout().sameOrder(layout)) {
            return from;
        }
        View to = fresh(from.type(), Layout.denseLike(layout.shape(), layout));
        Moves.copy(context, from, to);
        return to;
    }

    @Override
    public void close() {
        for (DeviceStorage storage : taken) {
            storage.release("the op that made it");
        }
    }
}
