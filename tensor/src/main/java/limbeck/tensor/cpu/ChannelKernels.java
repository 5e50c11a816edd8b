package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormGate;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.ImagesAndSums;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.View;

/**
 * Batch norm and its kin, for images that lie channels last: one pass for the statistics and one for the result, forward and
 * backward, where the primitive ops take eleven.
 *
 * <p>The pixels' channels follow one another, so a vector of any place in memory meets numbers of a channel that repeat: they are
 * copied out to a period, which both the channels and a step of the loops divide. Sums are taken over pieces of a fixed length,
 * each in float, and added up in double in the order of the pieces.
 */
final class ChannelKernels {
    /** A period of more floats than this, as odd numbers of channels have, would be most of a piece. */
    private static final int LONGEST = Nest.GRAIN / 4;
    /** A step of the widest vectors, four of 16 floats. With narrower ones sums would otherwise be longer, and less exact. */
    private static final int SHORTEST = 64;

    private static final Scratch SCALE = new Scratch();
    private static final Scratch SHIFT = new Scratch();
    private static final Scratch MEAN = new Scratch();
    private static final Scratch SLOPE = new Scratch();
    private static final Scratch INTERCEPT = new Scratch();
    private static final Scratch FIRST = new Scratch();
    private static final Scratch SECOND = new Scratch();

    private final float[] x;
    private final int xi;
    private final int size;
    private final int channels;
    private final int period;
    /** Floats of a piece, and of all whole periods: what is left is computed one by one. */
    private final int piece;
    private final int bulk;

    private ChannelKernels(View view) {
        x = floats(view);
        xi = view.layout().offset();
        size = view.shape().intSize();
        channels = view.shape().dim(1);
        period = period(channels);
        piece = Math.max(1, Nest.GRAIN / period) * period;
        bulk = size / period * period;
    }

    /** Whether there is a kernel: float32, and channels whose numbers need not be repeated too often. */
    static boolean convolves(List<View> in) {
        return Simd.available() && in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0)
                && period(in.get(1).shape().dim(0)) <= LONGEST;
    }

    /** Whether there is a kernel: float32 with the channels innermost. */
    static boolean applies(List<View> in) {
        View x = in.getFirst();
        return Simd.available() && x.shape().size() > 0 && x.layout().isDense() && x.layout().stride(1) == 1
                && period(x.shape().dim(1)) <= LONGEST
                && in.stream().allMatch(view -> view.type() == DType.F32);
    }

    static void moments(View x, View out) {
        new Moments(x).result(out);
    }

    static void affine(ChannelAffine op, List<View> in, View out, Temps temps) {
        View residual = in.size() == 4 ? temps.ordered(in.getLast(), order(in)) : null;
        new ChannelKernels(in.getFirst()).affine(vector(in.get(1)), vector(in.get(2)), residual, op.relu(), out);
    }

    static void convolution(Conv2dBias op, List<View> in, View out) {
        var result = new ChannelKernels(out);
        Finish finish = result.finish(vector(in.getLast()), null, op.relu());
        ConvKernels.forward(op.spec(), in.getFirst(), FoldedWeight.unscaled(in.get(1), out), out, finish);
    }

    static void convolution(Conv2dMoments op, List<View> in, View out) {
        Shape shape = op.images(in.getFirst().shape(), in.getLast().shape());
        var images = new View(out.storage(), ImagesAndSums.images(out.layout(), shape));
        var moments = new Moments(images);
        ConvKernels.forward(op.spec(), in.getFirst(), FoldedWeight.unscaled(in.getLast(), images), images, moments);
        moments.result(new View(out.storage(), ImagesAndSums.sums(out.layout(), shape)));
    }

    /** The scale goes into the weight; shift, residual and ReLU follow in place. */
    static void convolution(Conv2dAffine op, List<View> in, View out, Temps temps, Pool pool) {
        FoldedWeight folded = FoldedWeight.of(op, in, out, temps, pool);
        View residual = in.size() == 5 ? temps.ordered(in.getLast(), out.layout()) : null;
        var result = new ChannelKernels(out);
        ConvKernels.forward(op.spec(), in.getFirst(), folded, out, result.finish(vector(in.get(3)), residual, op.relu()));
    }

    static void batchNorm(BatchNorm op, List<View> in, View out, Temps temps) {
        View residual = in.size() == 5 ? temps.ordered(in.getLast(), order(in)) : null;
        var statistics = new Statistics(in, op.epsilon());
        new ChannelKernels(in.getFirst()).affine(statistics.scale, statistics.shift, residual, op.relu(), out);
    }

    static void batchNormGate(BatchNormGate op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        Layout order = order(in);
        new ChannelKernels(x).gate(new Statistics(in, op.epsilon()), temps.ordered(in.get(4), order), temps.ordered(in.get(5), order), out);
    }

    static void batchNormSums(BatchNormSums op, List<View> in, View out, Temps temps) {
        View g = temps.ordered(in.getLast(), order(in));
        new ChannelKernels(in.getFirst()).sums(new Statistics(in, op.epsilon()), g, op.relu(), floats(out), out.layout().offset());
    }

    static void batchNormInput(BatchNormInput op, List<View> in, View out, Temps temps) {
        View g = temps.ordered(in.get(4), order(in));
        new ChannelKernels(in.getFirst()).input(new Statistics(in, op.epsilon()), g, vector(in.getLast()), op.relu(), out);
    }

    /** The input's order, in memory of its own. */
    private static Layout order(List<View> in) {
        return Layout.denseLike(in.getFirst().shape(), in.getFirst().layout());
    }

    /** What the operands x, weight, bias and moments come to for each channel. */
    private static final class Statistics {
        private final double[] mean;
        private final double[] inverseDeviation;
        private final double[] scale;
        private final double[] shift;

        Statistics(List<View> in, double epsilon) {
            scale = vector(in.get(1));
            shift = vector(in.get(2));
            mean = vector(in.get(3));
            inverseDeviation = new double[scale.length];
            for (int c = 0; c < scale.length; c++) {
                inverseDeviation[c] = 1 / Math.sqrt(mean[scale.length + c] + epsilon);
                scale[c] *= inverseDeviation[c];
                shift[c] -= mean[c] * scale[c];
            }
        }
    }

    private void affine(double[] scale, double[] shift, View residual, boolean relu, View out) {
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        float[] s = repeated(scale, SCALE);
        float[] h = repeated(shift, SHIFT);
        float[] y = floats(out);
        int yi = out.layout().offset();
        float[] r = residual == null ? null : floats(residual);
        int ri = residual == null ? 0 : residual.layout().offset();
        Parallel.range(size, piece, (from, to) -> affine(from, to - from, s, h, r, ri, floor, y, yi));
    }

    /** Adds a shift and a residual to pixels in place, and cuts off what is negative. */
    private Finish finish(double[] shift, View residual, boolean relu) {
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        float[] s = SCALE.floats(period);
        Arrays.fill(s, 0, period, 1);
        float[] h = repeated(shift, SHIFT);
        float[] r = residual == null ? null : floats(residual);
        int ri = residual == null ? 0 : residual.layout().offset();
        return (pixel, pixels, channel, count) -> {
            int at = pixel * channels + channel;
            if (count == channels) {
                affine(at, pixels * channels, s, h, r, ri, floor, x, xi);
            } else {
                VectorRows.addBias(pixels, count, h, channel, r, ri + at, floor, x, xi + at, channels);
            }
        };
    }

    /** {@code y = max(x scale + shift + residual, floor)} from element {@code from} on, where a pixel begins. */
    private void affine(int from, int n, float[] s, float[] h, float[] r, int ri, float floor, float[] y, int yi) {
        int whole = n / period * period;
        VectorChannels.affine(whole, period, x, xi + from, s, h, r, ri + from, floor, y, yi + from);
        for (int i = from + whole; i < from + n; i++) {
            float sum = Math.fma(x[xi + i], s[i % channels], h[i % channels]) + (r == null ? 0 : r[ri + i]);
            y[yi + i] = Math.max(sum, floor);
        }
    }

    /** The images first, and behind them the sums. */
    private void gate(Statistics statistics, View result, View gradient, View out) {
        float[] m = repeated(statistics.mean, MEAN);
        float[] y = floats(result);
        int yi = result.layout().offset();
        float[] g = floats(gradient);
        int gi = gradient.layout().offset();
        float[] flow = floats(out);
        int fi = ImagesAndSums.images(out.layout(), gradient.shape()).offset();
        float[] first = FIRST.floats(pieces() * period);
        float[] second = SECOND.floats(pieces() * period);
        Parallel.range(bulk, piece, (from, to) -> VectorChannels.gateSums(to - from, period, x, xi + from, y, yi + from, g, gi + from, m,
                flow, fi + from, first, second, from / piece * period));
        double[] sum = total(first);
        double[] product = total(second);
        for (int i = bulk; i < size; i++) {
            flow[fi + i] = y[yi + i] > 0 ? g[gi + i] : 0;
            sum[i % channels] += flow[fi + i];
            product[i % channels] += flow[fi + i] * (x[xi + i] - m[i % channels]);
        }
        sums(statistics, sum, product, flow, ImagesAndSums.sums(out.layout(), gradient.shape()).offset());
    }

    private void sums(Statistics statistics, View gradient, boolean relu, float[] out, int at) {
        float[] s = repeated(statistics.scale, SCALE);
        float[] h = repeated(statistics.shift, SHIFT);
        float[] m = repeated(statistics.mean, MEAN);
        float[] g = floats(gradient);
        int gi = gradient.layout().offset();
        float[] first = FIRST.floats(pieces() * period);
        float[] second = SECOND.floats(pieces() * period);
        Parallel.range(bulk, piece, (from, to) -> {
            int place = from / piece * period;
            if (relu) {
                VectorChannels.passedSums(to - from, period, x, xi + from, g, gi + from, s, h, m, first, second, place);
            } else {
                VectorChannels.sums(to - from, period, x, xi + from, g, gi + from, m, first, second, place);
            }
        });
        double[] sum = total(first);
        double[] product = total(second);
        for (int i = bulk; i < size; i++) {
            int c = i % channels;
            double flow = passes(relu, i, s, h) ? g[gi + i] : 0;
            sum[c] += flow;
            product[c] += flow * (x[xi + i] - m[c]);
        }
        sums(statistics, sum, product, out, at);
    }

    private void sums(Statistics statistics, double[] sum, double[] product, float[] out, int at) {
        for (int c = 0; c < channels; c++) {
            out[at + c] = (float) sum[c];
            out[at + channels + c] = (float) (product[c] * statistics.inverseDeviation[c]);
        }
    }

    private void input(Statistics statistics, View gradient, double[] sums, boolean relu, View out) {
        double share = (double) channels / size;
        double[] slope = new double[channels];
        double[] intercept = new double[channels];
        for (int c = 0; c < channels; c++) {
            double scale = statistics.scale[c];
            slope[c] = -scale * statistics.inverseDeviation[c] * sums[channels + c] * share;
            intercept[c] = -scale * sums[c] * share - slope[c] * statistics.mean[c];
        }
        float[] s = repeated(statistics.scale, SCALE);
        float[] h = repeated(statistics.shift, SHIFT);
        float[] a = repeated(slope, SLOPE);
        float[] b = repeated(intercept, INTERCEPT);
        float[] g = floats(gradient);
        int gi = gradient.layout().offset();
        float[] d = floats(out);
        int di = out.layout().offset();
        Parallel.range(bulk, piece, (from, to) -> {
            if (relu) {
                VectorChannels.passedInput(to - from, period, x, xi + from, g, gi + from, s, h, a, b, d, di + from);
            } else {
                VectorChannels.input(to - from, period, x, xi + from, g, gi + from, s, a, b, d, di + from);
            }
        });
        for (int i = bulk; i < size; i++) {
            int c = i % channels;
            float flow = passes(relu, i, s, h) ? g[gi + i] : 0;
            d[di + i] = Math.fma(flow, s[c], Math.fma(x[xi + i], a[c], b[c]));
        }
    }

    private boolean passes(boolean relu, int i, float[] scale, float[] shift) {
        return !relu || Math.fma(x[xi + i], scale[i % channels], shift[i % channels]) > 0;
    }

    private int pieces() {
        return Math.ceilDiv(bulk, piece);
    }

    /** The numbers of the channels over and over, to the length of a period. */
    private float[] repeated(double[] numbers, Scratch scratch) {
        float[] all = scratch.floats(period);
        for (int i = 0; i < period; i++) {
            all[i] = (float) numbers[i % channels];
        }
        return all;
    }

    /** The pieces' sums for each place in the period, added up for each channel. */
    private double[] total(float[] parts) {
        double[] total = new double[channels];
        for (int i = 0; i < pieces() * period; i += channels) {
            for (int c = 0; c < channels; c++) {
                total[c] += parts[i + c];
            }
        }
        return total;
    }

    /** A small operand in row-major order. */
    private static double[] vector(View view) {
        double[] values = new double[view.shape().intSize()];
        Casts.run(view.type(), Elementwise.array(view), view.layout(), DType.F64, values, Layout.contiguous(view.shape()));
        return values;
    }

    /** How many floats the numbers of the channels are repeated to. */
    static int period(int channels) {
        return channels / gcd(channels, SHORTEST) * SHORTEST;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
