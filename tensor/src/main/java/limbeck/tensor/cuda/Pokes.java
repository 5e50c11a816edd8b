package limbeck.tensor.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Small uploads, as arguments of a kernel: a table of an optimizer, labels, indices. Unlike a copy they can be part of a graph, and
 * nobody needs to know when the source may be written again.
 */
final class Pokes {
    /** What is larger is copied. */
    static final int MOST = 32 << 10;
    private static final int SMALL = 16;
    private static final int LARGE = 960;

    private Pokes() {
    }

    /** Writes the first bytes of a primitive array; blocks are whole words, so the last one may be written beyond them. */
    static void upload(CudaContext cuda, Object array, long address, int bytes) {
        MemorySegment source = Transfers.segment(array);
        for (int at = 0; at < bytes; at += 4 * LARGE) {
            int length = Math.min(bytes - at, 4 * LARGE);
            int[] words = new int[length <= 4 * SMALL ? SMALL : LARGE];
            MemorySegment.copy(source, at, MemorySegment.ofArray(words), 0, length);
            cuda.kernels("poke.cu").kernel("poke_" + words.length).launch(1, 1, 1, words.length == SMALL ? 1 : 256, 0, address + at,
                    Math.ceilDiv(length, 4), words);
        }
    }
}
