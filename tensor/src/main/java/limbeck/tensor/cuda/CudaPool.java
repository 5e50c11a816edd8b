package limbeck.tensor.cuda;

import static limbeck.tensor.cuda.Driver.check;
import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemGetInfo;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import limbeck.tensor.DType;
import limbeck.tensor.Memory;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A GPU's memory, to be used again: free lists of exactly one size, because the steps of a training loop repeat their sizes. All
 * kernels run on one stream in the order of their launch, so a block can be handed on while a kernel still works on it: whoever
 * takes it comes later. In steady state the driver is not asked for memory.
 *
 * <p>What a scope owns comes back when it is closed. Parameters and what else lives outside any scope belong to the garbage
 * collector: their blocks come back when Java has found their tensors unreachable, which is looked up whenever a block is taken and
 * waited for before giving up. There is no thread and no Cleaner.
 *
 * <p>Not thread-safe but for {@link #give}: callers hold the context's monitor.
 */
final class CudaPool {
    /** Blocks are multiples of this many bytes. Tests take the least that kernels can live with, 16, to notice who writes too far. */
    private static final long GRAIN = Long.getLong("limbeck.cuda.grain", 512);

    /**
     * A block of device memory.
     *
     * @param address where it starts
     * @param bytes what was asked for, and is counted
     * @param capacity what it takes, a multiple of the grain
     */
    record Block(long address, long bytes, long capacity) {
    }

    /** A block whose storage only the garbage collector looks after. */
    private static final class Forgotten extends PhantomReference<DeviceStorage> {
        private final Block block;

        Forgotten(DeviceStorage storage, ReferenceQueue<DeviceStorage> queue) {
            super(storage, queue);
            this.block = storage.block();
        }
    }

    private final CudaContext context;
    /** The lowest address first: a step that asks for the same gets the same, and its graphs keep their arguments. */
    private final Map<Long, PriorityQueue<Block>> free = new HashMap<>();
    private final ReferenceQueue<DeviceStorage> unreachable = new ReferenceQueue<>();
    private final Map<Block, Forgotten> forgotten = new HashMap<>();
    private long inUse;
    private long peak;
    private long pooled;
    private long collected;

    CudaPool(CudaContext context) {
        this.context = context;
    }

    /** Storage of unspecified content. */
    DeviceStorage storage(DType type, int size) {
        return new DeviceStorage(type, size, take((long) size * type.bytes()), this);
    }

    /** Storage that is counted nowhere and never comes back: the backend's own. */
    DeviceStorage own(DType type, int size) {
        DeviceStorage storage = storage(type, size);
        inUse -= storage.bytes();
        peak = inUse;
        return storage;
    }

    /**
     * A block, used before if possible.
     *
     * @param bytes its size
     * @return a block of unspecified content, aligned to 256 bytes at least
     * @throws OutOfMemoryError naming the request and what is held
     */
    synchronized Block take(long bytes) {
        poll();
        long capacity = Math.max(1, Math.ceilDiv(bytes, GRAIN)) * GRAIN;
        PriorityQueue<Block> list = free.get(capacity);
        Block block = list == null ? null : list.poll();
        if (block == null) {
            block = new Block(allocate(bytes, capacity), bytes, capacity);
        } else {
            pooled -= capacity;
            block = new Block(block.address(), bytes, capacity);
        }
        inUse += bytes;
        peak = Math.max(peak, inUse);
        return block;
    }

    private long allocate(long bytes, long capacity) {
        long address = tryAllocate(capacity);
        if (address == 0) {
            trim();
            address = tryAllocate(capacity);
        }
        if (address == 0 && collected > 0) {
            // Tensors outside any scope may be garbage that Java has not looked for, having no need of memory itself.
            System.gc();
            poll();
            trim();
            address = tryAllocate(capacity);
        }
        if (address == 0) {
            throw new OutOfMemoryError("cuda: a tensor of " + bytes + " bytes does not fit on " + context.name() + " beside the "
                    + inUse + " bytes in open scopes and " + collected + " outside any (" + describeDevice()
                    + "); take a smaller batch, or open a scope around each step");
        }
        return address;
    }

    /** 0 if there is no room. */
    private long tryAllocate(long capacity) {
        long[] address = new long[1];
        int code = cuMemAlloc(address, capacity);
        if (code == CUDA_ERROR_OUT_OF_MEMORY) {
            return 0;
        }
        check(code, "cuMemAlloc of " + capacity + " bytes");
        return address[0];
    }

    private static String describeDevice() {
        try (var left = new SizeTPointer(1); var total = new SizeTPointer(1)) {
            return cuMemGetInfo(left, total) == CUDA_SUCCESS ? left.get() + " of the device's " + total.get() + " are free"
                    : "the device does not say what is free";
        }
    }

    /** Takes a block back that nobody will launch a kernel on any more. */
    synchronized void give(Block block) {
        Forgotten reference = forgotten.remove(block);
        if (reference == null) {
            inUse -= block.bytes();
        } else {
            reference.clear();
            collected -= block.bytes();
        }
        recycle(block);
    }

    private void recycle(Block block) {
        pooled += block.capacity();
        free.computeIfAbsent(block.capacity(), k -> new PriorityQueue<>(Comparator.comparingLong(Block::address))).add(block);
    }

    /** Stops counting a storage; its block comes back when Java finds it unreachable. */
    synchronized void forget(DeviceStorage storage) {
        if (!forgotten.containsKey(storage.block())) {
            inUse -= storage.block().bytes();
            collected += storage.block().bytes();
            forgotten.put(storage.block(), new Forgotten(storage, unreachable));
        }
    }

    /** Takes back what the garbage collector has found. */
    private void poll() {
        for (var found = unreachable.poll(); found != null; found = unreachable.poll()) {
            Block block = ((Forgotten) found).block;
            if (forgotten.remove(block) != null) {
                collected -= block.bytes();
                recycle(block);
            }
        }
    }

    /** Gives free blocks back to the driver. */
    synchronized void trim() {
        context.enter();
        // A kernel may still work on what is free.
        context.synchronize();
        for (PriorityQueue<Block> list : free.values()) {
            for (Block block : list) {
                check(cuMemFree(block.address()), "cuMemFree");
            }
        }
        free.clear();
        pooled = 0;
    }

    /** Bytes in use by scopes, at most since the last call, and free. */
    synchronized Memory memory() {
        poll();
        var memory = new Memory(inUse, peak, pooled);
        peak = inUse;
        return memory;
    }
}
