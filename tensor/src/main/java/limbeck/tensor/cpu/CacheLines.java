package limbeck.tensor.cpu;

/**
 * Where floats had best begin. A vector that crosses from one cache line to the next takes two loads, and where all of them do, passes
 * over what lies in the caches take 10 to 35 % longer: 512-bit vectors are as long as a line.
 *
 * <p>Java says nothing of addresses, but an array's elements begin 16 bytes behind its head, and G1 gives an array of half a
 * region or more regions of its own: its head lies on the border of a line, element {@link #START} on the next one. With another
 * garbage collector, or below that size, the elements begin anywhere and nothing is lost.
 */
final class CacheLines {
    /** Bytes of a line. */
    static final int SIZE = 64;

    /** Floats of a line. */
    static final int FLOATS = SIZE / Float.BYTES;

    private static final int HEAD = 16;

    /** The first element that begins a line. */
    static final int START = (SIZE - HEAD) / Float.BYTES;

    // G1 cuts the largest heap into about so many regions, of 1 to 32 MiB, in powers of two.
    private static final int REGIONS = 2048;
    private static final long SMALLEST = 1 << 20;
    private static final long LARGEST = 32 << 20;

    /** The least length of an array that G1 gives regions of its own. */
    static final int HUMONGOUS = (int) (region(Runtime.getRuntime().maxMemory()) / 2 / Float.BYTES);

    private CacheLines() {
    }

    /** Bytes of a region of G1, or more, where the heap can grow to so many. */
    static long region(long heap) {
        long even = Math.clamp(heap / REGIONS, SMALLEST, LARGEST);
        return Long.highestOneBit(2 * even - 1);
    }

    /** At least so many floats, in whole lines. */
    static int whole(int floats) {
        return Math.ceilDiv(floats, FLOATS) * FLOATS;
    }
}
