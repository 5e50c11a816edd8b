package limbeck.tensor.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUDA_KERNEL_NODE_PARAMS_v2;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * Hands launches to the driver in rows, as CUDA graphs. A step of a training loop launches the same kernels as the step before: each
 * row that comes a second time becomes a graph, and from then on is one call instead of many, after the arguments that differ (a
 * learning rate, a key of random numbers, an address) have been replaced. A row of another form, such as a smaller last batch makes,
 * is launched kernel by kernel the first time and has a graph of its own from then on. Nothing of this can be seen but by its speed.
 *
 * <p>Whoever touches the stream otherwise must {@link #flush} before. Callers hold the context's monitor.
 */
final class LaunchQueue {
    /** The first row after a wait is short, so that the device has something to do; each one after it is twice as long. */
    private static final int FIRST = 8;
    /** Fewer launches are not worth a graph. */
    private static final int LEAST = 4;
    /** What is used least is dropped when there are more graphs than these. */
    private static final int GRAPHS = 256;

    private final CUstream_st stream;
    private final Launches row = new Launches();
    private final CUDA_KERNEL_NODE_PARAMS_v2 node = new CUDA_KERNEL_NODE_PARAMS_v2();
    /** Null for a form that has come once. */
    private final Map<Launches.Form, LaunchGraph> graphs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Launches.Form, LaunchGraph> eldest) {
            if (size() > GRAPHS && eldest.getValue() != null) {
                eldest.getValue().close();
            }
            return size() > GRAPHS;
        }
    };
    private boolean graphed = !System.getProperty("limbeck.cuda.graphs", "true").equals("false");
    /** The number of the row since the last wait. */
    private int place;
    private Count count = new Count(0, 0, 0, 0);

    LaunchQueue(CUstream_st stream) {
        this.stream = stream;
        // A node that leaves these out is the current context's.
        node.zero();
    }

    /** Adds a launch. Its operands may be given back to the pool at once: whoever gets their memory is launched later. */
    void add(Kernel kernel, int gridX, int gridY, int gridZ, int threads, int sharedBytes, Object... args) {
        row.add(kernel, gridX, gridY, gridZ, threads, sharedBytes, args);
        if (row.count() == capacity()) {
            flush();
        }
    }

    private int capacity() {
        return graphed ? Math.min(Launches.MOST, FIRST << Math.min(place, 16)) : 1;
    }

    /** Hands all launches to the driver. */
    void flush() {
        if (row.count() == 0) {
            return;
        }
        try {
            if (row.count() >= LEAST) {
                hand(row.form(place));
            } else {
                each();
            }
        } finally {
            place++;
            row.clear();
        }
    }

    private void hand(Launches.Form form) {
        if (!graphs.containsKey(form)) {
            graphs.put(form, null);
            each();
            return;
        }
        LaunchGraph graph = graphs.get(form);
        if (graph == null) {
            graph = LaunchGraph.of(row, node);
            if (graph == null) {
                each();
                return;
            }
            graphs.put(form, graph);
        } else {
            count = count.plus(0, 0, 0, graph.update(row));
        }
        graph.launch(stream);
        count = count.plus(0, 1, row.count(), 0);
    }

    private void each() {
        row.launchEach(stream);
        count = count.plus(row.count(), 0, 0, 0);
    }

    /** Hands all launches to the driver; a step ends here, and the next ones begin like this one did. */
    void end() {
        flush();
        place = 0;
    }

    /**
     * What has been done so far.
     *
     * @param single kernels launched by a call each
     * @param replays launches of graphs
     * @param replayed kernels in them
     * @param updated those of them that were told new arguments
     */
    record Count(long single, long replays, long replayed, long updated) {
        private Count plus(long single, long replays, long replayed, long updated) {
            return new Count(this.single + single, this.replays + replays, this.replayed + replayed, this.updated + updated);
        }
    }

    Count count() {
        return count;
    }

    /** Whether to make graphs at all; where not, nothing waits in a row either. */
    void graphs(boolean wanted) {
        end();
        graphed = wanted;
    }
}
