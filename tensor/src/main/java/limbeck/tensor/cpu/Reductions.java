package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;
import static limbeck.tensor.cpu.Elementwise.ints;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;
import limbeck.tensor.spi.View;

/**
 * Folds over any axes of any layout. The axes are merged as for elementwise ops; what then lies innermost decides: if
 * folded axes do, runs are folded to numbers (rows), if kept axes do, runs are folded with runs (columns).
 *
 * <p>The folded elements are cut into chunks that depend on the layout alone. Each chunk gives a partial result in double,
 * and these are combined in their order, so that the bits do not depend on the number of threads.
 */
final class Reductions {
    /** Elements a chunk, where a fold is cut. */
    private static final int CHUNK = 64 * 1024;
    /** With so many independent results nothing is cut. */
    private static final int ENOUGH = 64;
    /** Rows that are added up in float before they are added up in double. */
    private static final int FLOAT_ROWS = 64;
    /** Columns a task. */
    private static final int COLUMNS = 1024;

    private final ReduceFn fn;
    private final float[] x;
    private final float[] z;
    private final int from;
    private final int to;
    /** The kept axes but the innermost of columns, in the input and in the output. */
    private final Grid kept;
    private final Grid results;
    /** The folded axes but the last. */
    private final Grid outer;
    /** The last folded axis. */
    private final int length;
    private final int step;
    /** The innermost kept axis of columns, and its stride in the output. */
    private final int width;
    private final int widthStep;

    static void run(Reduce op, View in, View out, Temps temps) {
        if (in.shape().size() == 0) {
            Moves.fill(out, Folds.identity(op.fn()));
            return;
        }
        Layout target = out.layout().reshape(in.shape().without(op.axes(), true)).orElseThrow().expand(in.shape());
        Nest nest = Nest.of(in.layout(), target);
        int last = nest.dims().length - 1;
        if (nest.dims()[last] > 1 && nest.strides(0)[last] != 1) {
            run(op, temps.ordered(in, Layout.contiguous(in.shape())), out, temps);
        } else if (in.type() == DType.I32) {
            new Reductions(op.fn(), nest, in, out).integers(ints(in), ints(out));
        } else {
            new Reductions(op.fn(), nest, in, out).run();
        }
    }

    private Reductions(ReduceFn fn, Nest nest, View in, View out) {
        this.fn = fn;
        this.x = in.type() == DType.F32 ? floats(in) : null;
        this.z = in.type() == DType.F32 ? floats(out) : null;
        this.from = in.layout().offset();
        this.to = out.layout().offset();
        int[] dims = nest.dims();
        int[] source = nest.strides(0);
        int[] target = nest.strides(1);
        int rank = dims.length;
        // Kept axes are those along which the output moves.
        boolean columns = target[rank - 1] != 0;
        this.width = columns ? dims[rank - 1] : 1;
        this.widthStep = columns ? target[rank - 1] : 0;
        int end = columns ? rank - 1 : rank;
        int folded = end - 1;
        while (folded >= 0 && target[folded] != 0) {
            folded--;
        }
        this.length = folded < 0 ? 1 : dims[folded];
        this.step = folded < 0 ? 0 : source[folded];
        int[] k = new int[rank];
        int[] o = new int[rank];
        int keptCount = 0;
        int outerCount = 0;
        for (int axis = 0; axis < end; axis++) {
            if (target[axis] != 0) {
                k[keptCount++] = axis;
            } else if (axis != folded) {
                o[outerCount++] = axis;
            }
        }
        this.kept = grid(dims, source, Arrays.copyOf(k, keptCount));
        this.results = grid(dims, target, Arrays.copyOf(k, keptCount));
        this.outer = grid(dims, source, Arrays.copyOf(o, outerCount));
    }

    /** The sum of all squares of some dense tensors: in float within a chunk, then in double in the order of the chunks. */
    static void squareSum(List<View> in, View out) {
        var joint = new Joint(in);
        double[] sums = new double[joint.chunks()];
        joint.run((i, first, stop, chunk) -> sums[chunk] += VectorRows.squareSum(stop - first, floats(in.get(i)),
                in.get(i).layout().offset() + first));
        floats(out)[out.layout().offset()] = (float) Arrays.stream(sums).sum();
    }

    /** Some of the axes; a single place where there are none. */
    private static Grid grid(int[] dims, int[] strides, int[] axes) {
        int[] extents = new int[Math.max(1, axes.length)];
        int[] steps = new int[extents.length];
        extents[0] = 1;
        for (int i = 0; i < axes.length; i++) {
            extents[i] = dims[axes[i]];
            steps[i] = strides[axes[i]];
        }
        return new Grid(extents, steps);
    }

    private void run() {
        if (width > 1) {
            columns();
        } else if (outer.size() == 1 && length <= CHUNK) {
            rows();
        } else {
            longRows();
        }
    }

    /** One run a result. */
    private void rows() {
        int count = kept.size();
        int last = kept.dims().length - 1;
        int inner = kept.dims()[last];
        int row = kept.strides()[last];
        int resultStep = results.strides()[last];
        Parallel.range(count, Math.max(1, Nest.GRAIN / length), (first, stop) -> {
            double[] block = new double[Math.min(256, stop - first)];
            for (int k = first; k < stop; ) {
                int rows = Math.min(Math.min(block.length, stop - k), inner - k % inner);
                Folds.BEST.rows(fn, rows, length, x, from + kept.at(k), row, block, 0);
                int at = to + results.at(k);
                for (int r = 0; r < rows; r++) {
                    z[at + r * resultStep] = (float) block[r];
                }
                k += rows;
            }
        });
    }

    /** Many runs a result, or long ones: each is cut into chunks of pieces of runs. */
    private void longRows() {
        int pieces = Math.ceilDiv(length, CHUNK);
        int segments = outer.size() * pieces;
        int count = kept.size();
        int perChunk = count >= ENOUGH ? segments : Math.max(1, CHUNK / length);
        int chunks = Math.ceilDiv(segments, perChunk);
        double[] partial = new double[count * chunks];
        int grain = Nest.GRAIN / (int) Math.min(Nest.GRAIN, (long) perChunk * Math.min(length, CHUNK));
        Parallel.range(count * chunks, grain, (first, stop) -> {
            double[] one = new double[1];
            for (int task = first; task < stop; task++) {
                int start = from + kept.at(task / chunks);
                double total = Folds.identity(fn);
                int chunk = task % chunks;
                for (int s = chunk * perChunk; s < Math.min(segments, (chunk + 1) * perChunk); s++) {
                    int i = s % pieces * CHUNK;
                    Folds.BEST.rows(fn, 1, Math.min(CHUNK, length - i), x, start + outer.at(s / pieces) + i, 0, one, 0);
                    total = Folds.combine(fn, total, one[0]);
                }
                partial[task] = total;
            }
        });
        for (int k = 0; k < count; k++) {
            double total = partial[k * chunks];
            for (int chunk = 1; chunk < chunks; chunk++) {
                total = Folds.combine(fn, total, partial[k * chunks + chunk]);
            }
            z[to + results.at(k)] = (float) total;
        }
    }

    /** Runs of results. */
    private void columns() {
        int bands = Math.ceilDiv(width, COLUMNS);
        int band = Math.min(width, COLUMNS);
        int pieces = Math.ceilDiv(length, FLOAT_ROWS);
        int segments = outer.size() * pieces;
        int count = kept.size() * bands;
        int perChunk = count >= ENOUGH ? segments : Math.max(1, CHUNK / (band * Math.min(length, FLOAT_ROWS)));
        int chunks = Math.ceilDiv(segments, perChunk);
        double[] partial = chunks == 1 ? null : new double[count * chunks * band];
        int grain = Nest.GRAIN / (int) Math.min(Nest.GRAIN, (long) perChunk * Math.min(length, FLOAT_ROWS) * band);
        Parallel.range(count * chunks, grain, (first, stop) -> {
            float[] block = new float[band];
            double[] sums = new double[band];
            for (int task = first; task < stop; task++) {
                int k = task / chunks / bands;
                int j = task / chunks % bands * COLUMNS;
                int n = Math.min(COLUMNS, width - j);
                int chunk = task % chunks;
                Arrays.fill(sums, 0, n, Folds.identity(fn));
                for (int s = chunk * perChunk; s < Math.min(segments, (chunk + 1) * perChunk); s++) {
                    int r = s % pieces * FLOAT_ROWS;
                    int at = from + kept.at(k) + outer.at(s / pieces) + r * step + j;
                    Folds.BEST.columns(fn, Math.min(FLOAT_ROWS, length - r), n, x, at, step, block);
                    add(n, block, sums);
                }
                if (chunks == 1) {
                    store(k, j, n, sums, 0);
                } else {
                    System.arraycopy(sums, 0, partial, task * band, n);
                }
            }
        });
        for (int task = 0; chunks > 1 && task < count; task++) {
            int j = task % bands * COLUMNS;
            int n = Math.min(COLUMNS, width - j);
            int at = task * chunks * band;
            for (int chunk = 1; chunk < chunks; chunk++) {
                for (int i = 0; i < n; i++) {
                    partial[at + i] = Folds.combine(fn, partial[at + i], partial[at + chunk * band + i]);
                }
            }
            store(task / bands, j, n, partial, at);
        }
    }

    private void add(int n, float[] block, double[] sums) {
        if (fn == ReduceFn.SUM) {
            for (int i = 0; i < n; i++) {
                sums[i] += block[i];
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            sums[i] = Folds.combine(fn, sums[i], block[i]);
        }
    }

    private void store(int k, int j, int n, double[] sums, int at) {
        int start = to + results.at(k) + j * widthStep;
        for (int i = 0; i < n; i++) {
            z[start + i * widthStep] = (float) sums[at + i];
        }
    }

    /** The same for int, result by result; sums wrap around as in Java. */
    private void integers(int[] x, int[] z) {
        Parallel.range(kept.size(), 64, (first, stop) -> {
            for (int k = first; k < stop; k++) {
                for (int j = 0; j < width; j++) {
                    int total = switch (fn) {
                        case SUM -> 0;
                        case MAX -> Integer.MIN_VALUE;
                        case MIN -> Integer.MAX_VALUE;
                    };
                    for (int s = 0; s < outer.size(); s++) {
                        int at = from + kept.at(k) + outer.at(s) + j;
                        for (int i = 0; i < length; i++) {
                            int v = x[at + i * step];
                            total = switch (fn) {
                                case SUM -> total + v;
                                case MAX -> Math.max(total, v);
                                case MIN -> Math.min(total, v);
                            };
                        }
                    }
                    z[to + results.at(k) + j * widthStep] = total;
                }
            }
        });
    }

    /** The place of the largest or smallest element; the first of equals, and the first NaN before all others. */
    static void arg(ArgReduce op, View in, View out) {
        int axis = op.axis();
        int n = in.shape().dim(axis);
        int step = in.layout().stride(axis);
        int offset = in.layout().offset();
        int[] dims = in.shape().dims();
        dims[axis] = 1;
        var places = new Grid(dims, in.layout().strides());
        int[] z = ints(out);
        int to = out.layout().offset();
        Parallel.range(places.size(), Math.max(1, Nest.GRAIN / n), (first, stop) -> {
            for (int k = first; k < stop; k++) {
                int at = offset + places.at(k);
                z[to + k] = in.type() == DType.I32 ? arg(op.largest(), n, ints(in), at, step)
                        : arg(op.largest(), n, floats(in), at, step);
            }
        });
    }

    private static int arg(boolean largest, int n, int[] x, int at, int step) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            int v = x[at + i * step];
            int w = x[at + best * step];
            best = (largest ? v > w : v < w) ? i : best;
        }
        return best;
    }

    private static int arg(boolean largest, int n, float[] x, int at, int step) {
        int best = 0;
        float w = x[at];
        for (int i = 1; i < n && w == w; i++) {
            float v = x[at + i * step];
            if ((largest ? v > w : v < w) || v != v) {
                best = i;
                w = v;
            }
        }
        return best;
    }
}
