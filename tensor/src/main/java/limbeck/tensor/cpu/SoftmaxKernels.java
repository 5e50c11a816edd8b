package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;
import static limbeck.tensor.cpu.Elementwise.ints;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.spi.View;

/** Softmax and its logarithm along rows that lie one after the other, forward and backward: a row is read from memory once. */
final class SoftmaxKernels {
    // A row's work is some ten times that of a copy.
    private static final int GRAIN = Nest.GRAIN / 8;
    private static final Scratch LANES = new Scratch();
    private static final Scratch TEACHER = new Scratch();

    private SoftmaxKernels() {
    }

    /** Whether there is a kernel: float32, row-major, along the last axis. */
    static boolean applies(int axis, List<View> in) {
        View x = in.getFirst();
        return Simd.available() && axis == x.shape().rank() - 1 && x.shape().size() > 0
                && in.stream().allMatch(view -> view.type() == DType.F32 && view.layout().isContiguous());
    }

    static void logSoftmax(View x, View out) {
        rows(x, x, out, (n, in, xi, _, _, z, zi, lanes) -> {
            float max = largest(n, in, xi);
            float rest = (float) Math.log(VectorSoftmax.expSum(n, in, xi, max, lanes));
            VectorSoftmax.shift(n, in, xi, max, rest, z, zi);
        });
    }

    static void softmax(View x, View out) {
        rows(x, x, out, (n, in, xi, _, _, z, zi, lanes) -> {
            double sum = VectorSoftmax.exp(n, in, xi, largest(n, in, xi), 1, z, zi, lanes);
            VectorSoftmax.scale(n, z, zi, (float) (1 / sum), 0);
        });
    }

    static void logSoftmaxInput(View result, View gradient, View out) {
        rows(result, gradient, out, (n, y, yi, g, gi, z, zi, lanes) ->
                VectorSoftmax.lessExp(n, y, yi, g, gi, (float) VectorSoftmax.sum(n, g, gi, 0, lanes), z, zi));
    }

    static void softmaxInput(View result, View gradient, View out) {
        rows(result, gradient, out, (n, y, yi, g, gi, z, zi, lanes) ->
                VectorSoftmax.centred(n, y, yi, g, gi, (float) VectorSoftmax.dot(n, y, yi, g, gi, lanes), z, zi));
    }

    /** The gradient of every row, and behind them all the losses: see {@link limbeck.tensor.op.SoftDivergence}. */
    static void divergence(float tau, View student, View teacher, View out) {
        int losses = out.layout().offset() + student.shape().intSize();
        int first = out.layout().offset();
        rows(student, teacher, out, (n, z, zi, t, ti, to, at, lanes) -> {
            float most = largest(n, z, zi);
            float taught = largest(n, t, ti);
            float[] teachers = TEACHER.floats(n);
            double sum = VectorSoftmax.exp(n, z, zi, most, 1 / tau, to, at, lanes);
            double teacherSum = VectorSoftmax.exp(n, t, ti, taught, 1 / tau, teachers, 0, lanes);
            double moment = VectorSoftmax.moment(n, teachers, t, ti, taught, z, zi, most, lanes);
            VectorSoftmax.difference(n, to, at, (float) (tau / sum), teachers, (float) (tau / teacherSum));
            to[losses + (at - first) / n] = (float) (tau * moment / teacherSum + tau * tau * Math.log(sum / teacherSum));
        });
    }

    /** The gradient of every row, and behind them all the losses: see {@link limbeck.tensor.op.CrossEntropy}. */
    static void crossEntropy(double smoothing, View logits, View labels, View out) {
        int classes = logits.shape().dim(1);
        // Before the threads begin, so that the first of several that are no class is named.
        Indexing.requireInside("crossEntropy", labels, classes);
        int[] picks = ints(labels);
        int label = labels.layout().offset();
        int step = labels.layout().stride(0);
        int losses = out.layout().offset() + logits.shape().intSize();
        int first = out.layout().offset();
        float share = (float) (smoothing / classes);
        float rest = (float) (1 - smoothing);
        rows(logits, logits, out, (n, x, xi, _, _, z, zi, lanes) -> {
            int row = (zi - first) / n;
            int pick = picks[label + row * step];
            float max = largest(n, x, xi);
            double sum = VectorSoftmax.exp(n, x, xi, max, 1, z, zi, lanes);
            VectorSoftmax.scale(n, z, zi, (float) (1 / sum), -share);
            z[zi + pick] -= rest;
            // Distances from the largest logit, all of one sign: nothing cancels. Those of all classes only where they count.
            double all = smoothing > 0 ? VectorSoftmax.sum(n, x, xi, max, lanes) * smoothing / n : 0;
            z[losses + row] = (float) (Math.log(sum) - (1 - smoothing) * (x[xi + pick] - max) - all);
        });
    }

    private static void rows(View first, View last, View out, Alone.Loop row) {
        int n = first.shape().dim(first.shape().rank() - 1);
        int rows = first.shape().intSize() / n;
        float[] x = floats(first);
        float[] g = floats(last);
        float[] z = floats(out);
        int xi = first.layout().offset();
        int gi = last.layout().offset();
        int zi = out.layout().offset();
        Parallel.range(rows, Math.max(1, GRAIN / n), (from, to) -> {
            float[] lanes = LANES.floats(MicroKernel.LANES);
            for (int r = from; r < to; r++) {
                Alone.run(row, n, x, xi + r * n, g, gi + r * n, z, zi + r * n, lanes);
            }
        });
    }

    /** The largest element, or the nearest finite number to it; NaN if there is one. */
    private static float largest(int n, float[] x, int at) {
        return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, VectorSoftmax.max(n, x, at)));
    }
}
