package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.CU_EVENT_DISABLE_TIMING;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;

import java.lang.foreign.MemorySegment;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Copies between Java arrays and a device, piece by piece through a few buffers of page-locked memory, which the device reads and
 * writes by itself. Copies to the device wait only for the copy that had the same buffer before.
 */
final class Transfers {
    private static final int BYTES = 4 << 20;
    private static final int BUFFERS = 4;

    private final CUstream_st stream;
    private final Buffer[] buffers = new Buffer[BUFFERS];
    private int next;

    Transfers(CUstream_st stream) {
        this.stream = stream;
    }

    /** One piece of memory, and the event that its last copy has ended. */
    private static final class Buffer {
        private final Pointer address;
        private final MemorySegment memory;
        private final CUevent_st free = new CUevent_st();

        Buffer() {
            var pointer = new Pointer();
            check(cuMemHostAlloc(pointer, BYTES, 0), "cuMemHostAlloc of " + BYTES + " bytes");
            this.address = pointer;
            this.memory = MemorySegment.ofBuffer(new BytePointer(pointer).capacity(BYTES).asByteBuffer());
            check(cuEventCreate(free, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
        }
    }

    /** The next buffer, when its last copy has ended. */
    private Buffer take() {
        int at = next++ % BUFFERS;
        if (buffers[at] == null) {
            buffers[at] = new Buffer();
        } else {
            check(cuEventSynchronize(buffers[at].free), "cuEventSynchronize (an earlier kernel may be at fault)");
        }
        return buffers[at];
    }

    /** Copies from a primitive array, which may be changed at once. */
    void upload(Object array, long address, long bytes) {
        MemorySegment source = segment(array);
        for (long at = 0; at < bytes; at += BYTES) {
            long length = Math.min(BYTES, bytes - at);
            Buffer buffer = take();
            MemorySegment.copy(source, at, buffer.memory, 0, length);
            check(cuMemcpyHtoDAsync(address + at, buffer.address, length, stream), "cuMemcpyHtoDAsync of " + length + " bytes");
            check(cuEventRecord(buffer.free, stream), "cuEventRecord");
        }
    }

    /** Copies to a primitive array, and waits. */
    void download(long address, Object array, long bytes) {
        MemorySegment target = segment(array);
        for (long at = 0; at < bytes; at += BYTES) {
            long length = Math.min(BYTES, bytes - at);
            Buffer buffer = take();
            check(cuMemcpyDtoHAsync(buffer.address, address + at, length, stream), "cuMemcpyDtoHAsync of " + length + " bytes");
            check(cuEventRecord(buffer.free, stream), "cuEventRecord");
            check(cuEventSynchronize(buffer.free), "cuEventSynchronize (an earlier kernel may be at fault)");
            MemorySegment.copy(buffer.memory, 0, target, at, length);
        }
    }

    /** A primitive array as memory. */
    static MemorySegment segment(Object array) {
        return switch (array) {
            case float[] floats -> MemorySegment.ofArray(floats);
            case double[] doubles -> MemorySegment.ofArray(doubles);
            case int[] ints -> MemorySegment.ofArray(ints);
            case short[] shorts -> MemorySegment.ofArray(shorts);
            case byte[] bytes -> MemorySegment.ofArray(bytes);
            default -> throw new IllegalArgumentException("cuda: no elements lie in a " + array.getClass().getSimpleName());
        };
    }
}
