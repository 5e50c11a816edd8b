package limbeck.tensor.cuda;

import java.util.function.Supplier;
import limbeck.tensor.Backends;
import limbeck.tensor.Device;

/** How a device's kernels have been launched, for tests of this module and others. */
public final class Replays {
    private Replays() {
    }

    static LaunchQueue of(Device device) {
        return ((CudaBackend) Backends.of(device)).context().launches();
    }

    /** Runs something with each kernel launched by a call of its own. */
    public static <T> T without(Device device, Supplier<T> body) {
        of(device).graphs(false);
        try {
            return body.get();
        } finally {
            of(device).graphs(true);
        }
    }

    /**
     * Kernels launched since a device was opened.
     *
     * @param single by a call each
     * @param graphs by graphs: their number
     * @param replayed kernels in these
     * @param updated those of them that were told new arguments
     */
    public record Count(long single, long graphs, long replayed, long updated) {
        /** The count now. */
        public static Count of(Device device) {
            LaunchQueue.Count now = Replays.of(device).count();
            return new Count(now.single(), now.replays(), now.replayed(), now.updated());
        }

        /** What has come since another count. */
        public Count since(Count before) {
            return new Count(single - before.single, graphs - before.graphs, replayed - before.replayed, updated - before.updated);
        }
    }
}
