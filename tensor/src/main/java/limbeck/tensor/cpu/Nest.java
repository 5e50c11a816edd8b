package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;

/**
 * The loops that visit several operands of one shape together. The axes are put in the order in which the first operand
 * lies in memory, and neighbours are merged wherever all operands allow it: dense operands become one long row whatever
 * their rank, and a bias added to (N, C, H, W) in channels-last order becomes N H W rows of length C.
 *
 * <p>The work is handed out in blocks of rows, which do not depend on the number of threads.
 */
final class Nest {
    /** Elements a chunk: enough to be worth a thread, few enough to stay in its cache. */
    static final int GRAIN = 32 * 1024;

    /** Rows a chunk where an operand's rows are another's columns: each cache line is then used up. */
    private static final int TRANSPOSED_ROWS = 64;

    /** What to do with a block of rows. */
    @FunctionalInterface
    interface Body {
        /**
         * Works on a block.
         *
         * @param rows how many rows
         * @param n how many elements a row
         * @param walks where each operand's block lies, in the order of {@link Nest#of}
         */
        void block(int rows, int n, Walk[] walks);
    }

    private final int[] dims;
    private final int[][] strides;
    private final int[] offsets;

    private Nest(int[] dims, int[][] strides, int[] offsets) {
        this.dims = dims;
        this.strides = strides;
        this.offsets = offsets;
    }

    /**
     * The loops over operands that are expanded to one shape.
     *
     * @param layouts the operands; the first one's order is followed
     * @return the nest
     */
    static Nest of(Layout... layouts) {
        Shape shape = layouts[0].shape();
        int[][] given = new int[layouts.length][];
        int[] offsets = new int[layouts.length];
        for (int j = 0; j < layouts.length; j++) {
            given[j] = layouts[j].strides();
            offsets[j] = layouts[j].offset();
        }
        int[] order = order(shape, given[0]);
        int runs = 0;
        for (int i = 0; i < order.length; i++) {
            runs += merges(shape, given, order, i) ? 0 : 1;
        }
        // Every nest is at least rows of elements, if need be by axes of extent 1 in front.
        int rank = Math.max(2, runs);
        int[] dims = new int[rank];
        Arrays.fill(dims, 0, rank - runs, 1);
        // Not new int[n][rank]: that calls into the runtime, which took a quarter of an op on few elements.
        int[][] strides = new int[layouts.length][];
        for (int j = 0; j < strides.length; j++) {
            strides[j] = new int[rank];
        }
        int at = rank - runs - 1;
        for (int i = 0; i < order.length; i++) {
            int dim = shape.dim(order[i]);
            boolean merges = merges(shape, given, order, i);
            at += merges ? 0 : 1;
            dims[at] = merges ? dims[at] * dim : dim;
            for (int j = 0; j < given.length; j++) {
                strides[j][at] = given[j][order[i]];
            }
        }
        for (int j = 0; j < given.length; j++) {
            pairUp(dims, strides, j);
        }
        return new Nest(dims, strides, offsets);
    }

    /** Whether all operands go on evenly from an axis to the one before it. */
    private static boolean merges(Shape shape, int[][] strides, int[] order, int i) {
        if (i == 0) {
            return false;
        }
        for (int[] each : strides) {
            if (each[order[i - 1]] != each[order[i]] * shape.dim(order[i])) {
                return false;
            }
        }
        return true;
    }

    /** The axes that matter, outermost first. */
    private static int[] order(Shape shape, int[] strides) {
        int[] order = new int[shape.rank()];
        int count = 0;
        for (int axis = 0; axis < order.length; axis++) {
            if (shape.dim(axis) != 1) {
                int at = count++;
                while (at > 0 && Math.abs(strides[order[at - 1]]) < Math.abs(strides[axis])) {
                    order[at] = order[at - 1];
                    at--;
                }
                order[at] = axis;
            }
        }
        return Arrays.copyOf(order, count);
    }

    /** Where an operand's rows are not runs, makes its neighbours the next axis out: blocks are then transposes. */
    private static void pairUp(int[] dims, int[][] strides, int operand) {
        int last = dims.length - 1;
        if (Math.abs(strides[operand][last]) <= 1) {
            return;
        }
        for (int axis = 0; axis < last - 1; axis++) {
            if (strides[operand][axis] == 1) {
                swap(dims, axis, last - 1);
                for (int[] each : strides) {
                    swap(each, axis, last - 1);
                }
                return;
            }
        }
    }

    private static void swap(int[] array, int i, int j) {
        int value = array[i];
        array[i] = array[j];
        array[j] = value;
    }

    /**
     * Runs the body on all blocks, on several threads.
     *
     * @param body the work; it may be called from several threads at once
     */
    void run(Body body) {
        int n = dims[dims.length - 1];
        int rows = dims[dims.length - 2];
        int all = 1;
        for (int i = 0; i < dims.length - 1; i++) {
            all *= dims[i];
        }
        if (all == 0 || n == 0) {
            return;
        }
        if (n <= GRAIN) {
            Parallel.range(all, Math.max(GRAIN / n, isTransposed() ? TRANSPOSED_ROWS : 1), (from, to) -> {
                Walk[] walks = walks();
                for (int row = from; row < to; ) {
                    int count = Math.min(rows - row % rows, to - row);
                    seek(walks, row, 0);
                    body.block(count, n, walks);
                    row += count;
                }
            });
            return;
        }
        int pieces = Math.ceilDiv(n, GRAIN);
        int length = Math.ceilDiv(Math.ceilDiv(n, pieces), 64) * 64;
        Parallel.range(all * pieces, 1, (from, to) -> {
            Walk[] walks = walks();
            for (int piece = from; piece < to; piece++) {
                int start = piece % pieces * length;
                if (start < n) {
                    seek(walks, piece / pieces, start);
                    body.block(1, Math.min(length, n - start), walks);
                }
            }
        });
    }

    /** The extents after merging, at least two. */
    int[] dims() {
        return dims;
    }

    /** The strides of an operand along them. */
    int[] strides(int operand) {
        return strides[operand];
    }

    private boolean isTransposed() {
        for (int[] each : strides) {
            if (each[dims.length - 2] == 1 && each[dims.length - 1] != 1) {
                return true;
            }
        }
        return false;
    }

    private Walk[] walks() {
        var walks = new Walk[strides.length];
        for (int j = 0; j < walks.length; j++) {
            walks[j] = Walk.of(0, strides[j][dims.length - 2], strides[j][dims.length - 1]);
        }
        return walks;
    }

    private void seek(Walk[] walks, int row, int start) {
        for (int j = 0; j < walks.length; j++) {
            int at = offsets[j] + start * walks[j].step;
            int rest = row;
            for (int axis = dims.length - 2; axis >= 0; axis--) {
                at += rest % dims[axis] * strides[j][axis];
                rest /= dims[axis];
            }
            walks[j].at = at;
        }
    }
}
