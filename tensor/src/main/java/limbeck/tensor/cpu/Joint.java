package limbeck.tensor.cpu;

import java.util.List;
import limbeck.tensor.spi.View;

/**
 * Many tensors as one job for the threads, because most tensors of a model are too small for one of their own: chunks of the
 * elements of all, one tensor after the other, that depend on the shapes alone.
 */
final class Joint {
    private final long[] starts;
    private final int chunks;

    /** The elements of some tensors. */
    Joint(List<View> tensors) {
        starts = new long[tensors.size() + 1];
        for (int i = 0; i < tensors.size(); i++) {
            starts[i + 1] = starts[i] + tensors.get(i).shape().size();
        }
        chunks = Math.toIntExact(Math.ceilDiv(starts[tensors.size()], Nest.GRAIN));
    }

    /** What to do with elements {@code from} to {@code to - 1} of a tensor, which lie in a chunk. */
    interface Body {
        void run(int tensor, int from, int to, int chunk);
    }

    /** How many chunks there are. */
    int chunks() {
        return chunks;
    }

    /** Runs the body on all elements; what belongs to one chunk on one thread, in order. */
    void run(Body body) {
        Parallel.range(chunks, 1, (chunk, _) -> {
            long from = (long) chunk * Nest.GRAIN;
            long to = from + Nest.GRAIN;
            for (int i = 0; i < starts.length - 1; i++) {
                long first = Math.max(from, starts[i]);
                long end = Math.min(to, starts[i + 1]);
                if (first < end) {
                    body.run(i, (int) (first - starts[i]), (int) (end - starts[i]), chunk);
                }
            }
        });
    }
}
