package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.DType;
import org.bytedeco.javacpp.LongPointer;

/**
 * Indices outside their axis, which a kernel finds long after the op has returned. Each op that follows indices has a slot on the
 * device, where its kernel keeps the first bad one; the slots are looked at when a tensor is read, since that waits anyway.
 */
final class IndexErrors {
    private static final int SLOTS = 256;

    /**
     * What an op would say of an index.
     *
     * @param op its name
     * @param what the elements are that carry indices
     * @param extent of the axis
     */
    private record Pending(String op, String what, int extent) {
    }

    private final CudaContext cuda;
    private final DeviceStorage slots;
    private final LongPointer found = new LongPointer(SLOTS);
    private final List<Pending> pending = new ArrayList<>();

    IndexErrors(CudaContext cuda) {
        this.cuda = cuda;
        // Not from the pool: nobody's tensors.
        this.slots = cuda.pool().own(DType.F64, SLOTS);
        clear();
    }

    private void clear() {
        check(cuMemsetD8Async(slots.address(), (byte) -1, 8L * SLOTS, cuda.stream()), "cuMemsetD8Async");
        pending.clear();
    }

    /** The address of a slot for one op. */
    long slot(String op, String what, int extent) {
        if (pending.size() == SLOTS) {
            raise();
        }
        pending.add(new Pending(op, what, extent));
        return slots.address() + 8L * (pending.size() - 1);
    }

    /**
     * Waits, and reports the first op that met a bad index since the last look.
     *
     * @throws IllegalArgumentException naming the op, the index and its position
     */
    void raise() {
        if (pending.isEmpty()) {
            cuda.synchronize();
            return;
        }
        check(cuMemcpyDtoHAsync(found, slots.address(), 8L * pending.size(), cuda.stream()), "cuMemcpyDtoHAsync");
        cuda.synchronize();
        for (int i = 0; i < pending.size(); i++) {
            long bad = found.get(i);
            if (bad != -1) {
                Pending op = pending.get(i);
                clear();
                throw new IllegalArgumentException(op.op() + ": index " + (int) bad + " at element " + (bad >>> 32) + " of the "
                        + op.what() + " is outside an axis of extent " + op.extent() + "; give 0 to " + (op.extent() - 1));
            }
        }
        clear();
    }
}
