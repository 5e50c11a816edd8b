package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import limbeck.tensor.spi.View;

/**
 * Layer norm and its gradients, for rows that lie one after the other. A row is read from memory once: its mean, the squares of
 * the distances from it, and the result take three passes through the first cache. Backward finds mean and deviation again,
 * which costs less than to read from memory what has been kept.
 */
final class LayerNormKernels {
    // A row's work is some eight times that of a copy.
    private static final int GRAIN = Nest.GRAIN / 8;
    /** Rows whose sums are taken in one piece: with fewer there would be almost as many sums as there are numbers. */
    private static final int LEAST_ROWS = 16;

    private static final Scratch LANES = new Scratch();
    private static final Scratch KNOWN = new Scratch();
    private static final Scratch PARTS = new Scratch();

    private LayerNormKernels() {
    }

    /** Whether there is a kernel: float32, row-major. */
    static boolean applies(List<View> in) {
        View x = in.getFirst();
        return Simd.available() && x.shape().size() > 0 && x.layout().isContiguous()
                && in.stream().allMatch(view -> view.type() == DType.F32);
    }

    static void layerNorm(LayerNorm op, List<View> in, View out, Temps temps) {
        View w = rowMajor(in.get(1), temps);
        View b = rowMajor(in.get(2), temps);
        int n = w.shape().intSize();
        float[] x = floats(in.getFirst());
        float[] weight = floats(w);
        float[] bias = floats(b);
        float[] z = floats(out);
        int xi = in.getFirst().layout().offset();
        int wi = w.layout().offset();
        int bi = b.layout().offset();
        int zi = out.layout().offset();
        Parallel.range(out.shape().intSize() / n, rows(GRAIN, n), (from, to) -> {
            float[] lanes = LANES.floats(VectorNorm.LANES);
            float[] known = KNOWN.floats(VectorNorm.KNOWN);
            for (int row = from; row < to; row += VectorNorm.ROWS) {
                int rows = Math.min(VectorNorm.ROWS, to - row);
                VectorNorm.statistics(rows, n, x, xi + row * n, op.epsilon(), lanes, known);
                VectorNorm.affine(rows, n, x, xi + row * n, known, weight, wi, bias, bi, z, zi + row * n);
            }
        });
    }

    /** Each piece of rows has its own sums for the columns; they are added up in the order of the pieces. */
    static void gradients(LayerNormGradients op, List<View> in, View out, Temps temps) {
        View w = rowMajor(in.get(1), temps);
        View flow = rowMajor(in.getLast(), temps);
        int n = w.shape().intSize();
        int size = flow.shape().intSize();
        int piece = Math.max(LEAST_ROWS, rows(Nest.GRAIN, n));
        int pieces = Math.ceilDiv(size / n, piece);
        float[] x = floats(in.getFirst());
        float[] weight = floats(w);
        float[] g = floats(flow);
        float[] z = floats(out);
        int xi = in.getFirst().layout().offset();
        int wi = w.layout().offset();
        int gi = flow.layout().offset();
        int zi = out.layout().offset();
        float[] parts = PARTS.floats(pieces * 2 * n);
        Parallel.range(size / n, piece, (from, to) -> {
            float[] lanes = LANES.floats(VectorNorm.LANES);
            float[] known = KNOWN.floats(VectorNorm.KNOWN);
            int sums = from / piece * 2 * n;
            Arrays.fill(parts, sums, sums + 2 * n, 0);
            for (int row = from; row < to; row += VectorNorm.ROWS) {
                int rows = Math.min(VectorNorm.ROWS, to - row);
                int skip = row * n;
                VectorNorm.gradients(rows, n, x, xi + skip, op.epsilon(), weight, wi, g, gi + skip, z, zi + skip, parts, sums, lanes,
                        known);
            }
        });
        add(pieces, 2 * n, parts, z, zi + size);
    }

    /** Rows of n that hold about so many numbers, a multiple of those that are computed at once. */
    private static int rows(int numbers, int n) {
        return (int) Math.ceilDiv((long) numbers, (long) n * VectorNorm.ROWS) * VectorNorm.ROWS;
    }

    /** Adds up {@code count} runs of n floats, each column in double. */
    private static void add(int count, int n, float[] parts, float[] out, int to) {
        double[] total = new double[n];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < n; j++) {
                total[j] += parts[i * n + j];
            }
        }
        for (int j = 0; j < n; j++) {
            out[to + j] = (float) total[j];
        }
    }

    private static View rowMajor(View view, Temps temps) {
        return temps.ordered(view, Layout.contiguous(view.shape()));
    }
}
