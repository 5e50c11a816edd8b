package limbeck.tensor.spi;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import limbeck.tensor.Memory;

/**
 * Arrays to be used again, in free lists of exactly one type and length: the steps of a training loop repeat their
 * sizes, so that in steady state nothing is allocated. Arrays come back dirty; every kernel writes its whole output.
 */
public final class Pool {
    private record Kind(Class<?> element, int length) {
    }

    /** What is free, and what was counted for it: arrays of one length may be of tensors that are not quite equally large. */
    private record Free(Object array, long bytes) {
    }

    // A loop that repeats its sizes holds free at most what it has ever used at once, each size's peak apart. Far more than that is of
    // sizes that come once and never again, and would fill the heap.
    private static final int MOST = 4;
    private static final long LEAST = 64L << 20;

    private final Map<Kind, ArrayDeque<Free>> free = new HashMap<>();
    private long inUse;
    private long peak;
    private long highest;
    private long pooled;

    /** An empty pool. */
    public Pool() {
    }

    /**
     * An array, used before if possible. Where the heap is full, what is free for other sizes is dropped first.
     *
     * @param element its primitive element type
     * @param length its length
     * @param bytes what to count for it
     * @return an array of unspecified content
     * @throws OutOfMemoryError if even then there is no room
     */
    public synchronized Object take(Class<?> element, int length, long bytes) {
        ArrayDeque<Free> list = free.get(new Kind(element, length));
        Free last = list == null ? null : list.pollLast();
        Object array = last == null ? allocate(element, length, bytes) : last.array;
        pooled -= last == null ? 0 : last.bytes;
        inUse += bytes;
        peak = Math.max(peak, inUse);
        highest = Math.max(highest, inUse);
        return array;
    }

    private Object allocate(Class<?> element, int length, long bytes) {
        try {
            return Array.newInstance(element, length);
        } catch (OutOfMemoryError _) {
            trim();
        }
        try {
            return Array.newInstance(element, length);
        } catch (OutOfMemoryError _) {
            throw new OutOfMemoryError("a tensor of " + bytes + " bytes does not fit beside the " + inUse
                    + " in use; give java more by -Xmx, take a smaller batch, or open a scope around each step");
        }
    }

    /**
     * Takes an array back. Where several times as much is free as was ever in use at once, all of it is dropped.
     *
     * @param array an array that nobody touches any more
     * @param bytes what was counted for it
     */
    public synchronized void give(Object array, long bytes) {
        inUse -= bytes;
        pooled += bytes;
        var kind = new Kind(array.getClass().componentType(), Array.getLength(array));
        free.computeIfAbsent(kind, k -> new ArrayDeque<>()).addLast(new Free(array, bytes));
        if (pooled > Math.max(LEAST, MOST * highest)) {
            trim();
        }
    }

    /**
     * Stops counting an array that the garbage collector will look after.
     *
     * @param bytes what was counted for it
     */
    public synchronized void forget(long bytes) {
        inUse -= bytes;
    }

    /** Drops all free arrays. */
    public synchronized void trim() {
        free.clear();
        pooled = 0;
    }

    /**
     * What the pool holds; starts a new peak.
     *
     * @return bytes in use, at most since the last call, and free
     */
    public synchronized Memory memory() {
        var memory = new Memory(inUse, peak, pooled);
        peak = inUse;
        return memory;
    }
}
