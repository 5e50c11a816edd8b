package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * Convolution where each channel is a group of its own, and its gradients. There is nothing to sum over channels, so
 * that a product would be all packing: the channels of a pixel are multiplied with a tap's weights for all channels.
 */
final class Depthwise {
    // Chunks at most of the lines of all images, whose gradients for the weights are summed apart and then in order.
    private static final int CHUNKS = 16;
    // Multiply-adds of a task at least.
    private static final int TASK = 1 << 15;

    private static final Scratch WEIGHTS = new Scratch();
    private static final Scratch SUMS = new Scratch();

    private Depthwise() {
    }

    static boolean applies(ConvSpec spec, Images image, Images result) {
        return spec.groups() > 1 && spec.groups() == image.channels() && spec.groups() == result.channels();
    }

    static void forward(ConvSpec spec, Images in, View weight, Images out) {
        int kw = weight.shape().dim(3);
        int taps = weight.shape().dim(2) * kw;
        float[] weights = weights(weight);
        Parallel.range(out.count() * out.height(), grain(out, taps), (from, to) -> {
            clear(out, from, to);
            for (int line = from; line < to; line++) {
                for (int tap = 0; tap < taps; tap++) {
                    var overlap = Overlap.of(spec, line, tap, kw, in, out);
                    if (overlap != null) {
                        multiplyAdd(overlap.count, out.channels(), in.array(), overlap.image, spec.strideW() * in.channels(), weights,
                                tap * out.channels(), 0, out.array(), overlap.result, out.channels());
                    }
                }
            }
        });
    }

    static void input(ConvSpec spec, Images gradient, View weight, Images out) {
        int kw = weight.shape().dim(3);
        int taps = weight.shape().dim(2) * kw;
        float[] weights = weights(weight);
        // Lines of one image scatter into one another's: a task takes whole images.
        Parallel.range(out.count(), Math.ceilDiv(grain(out, taps), Math.max(1, out.height())), (from, to) -> {
            clear(out, from * out.height(), to * out.height());
            for (int line = from * gradient.height(); line < to * gradient.height(); line++) {
                for (int tap = 0; tap < taps; tap++) {
                    var overlap = Overlap.of(spec, line, tap, kw, out, gradient);
                    if (overlap != null) {
                        multiplyAdd(overlap.count, out.channels(), gradient.array(), overlap.result, out.channels(), weights,
                                tap * out.channels(), 0, out.array(), overlap.image, spec.strideW() * out.channels());
                    }
                }
            }
        });
    }

    static void weight(ConvSpec spec, Images in, Images gradient, View out) {
        Layout w = out.layout();
        int channels = in.channels();
        int kw = w.shape().dim(3);
        int taps = w.shape().dim(2) * kw;
        int lines = gradient.count() * gradient.height();
        int chunk = Math.max(grain(gradient, taps), Math.ceilDiv(lines, CHUNKS));
        int chunks = Math.ceilDiv(lines, chunk);
        float[] sums = SUMS.floats(chunks * taps * channels);
        Parallel.range(lines, chunk, (from, to) -> {
            int base = from / chunk * taps * channels;
            Arrays.fill(sums, base, base + taps * channels, 0);
            for (int line = from; line < to; line++) {
                for (int tap = 0; tap < taps; tap++) {
                    var overlap = Overlap.of(spec, line, tap, kw, in, gradient);
                    if (overlap != null) {
                        multiplyAdd(overlap.count, channels, in.array(), overlap.image, spec.strideW() * channels, gradient.array(),
                                overlap.result, channels, sums, base + tap * channels, 0);
                    }
                }
            }
        });
        float[] to = ((HostStorage) out.storage()).floats();
        for (int c = 0; c < channels; c++) {
            for (int tap = 0; tap < taps; tap++) {
                float sum = 0;
                for (int i = 0; i < chunks; i++) {
                    sum += sums[(i * taps + tap) * channels + c];
                }
                to[w.offset() + c * taps + tap] = sum;
            }
        }
    }

    private static int grain(Images result, int taps) {
        return 1 + TASK / (1 + result.width() * result.channels() * taps);
    }

    private static void clear(Images images, int from, int to) {
        int line = images.width() * images.channels();
        Arrays.fill(images.array(), images.offset() + from * line, images.offset() + to * line, 0);
    }

    /** The weights as (tap, channel). */
    private static float[] weights(View weight) {
        Layout w = weight.layout();
        int channels = w.shape().dim(0);
        int kw = w.shape().dim(3);
        int taps = w.shape().dim(2) * kw;
        float[] copy = WEIGHTS.floats(taps * channels);
        float[] from = ((HostStorage) weight.storage()).floats();
        for (int tap = 0; tap < taps; tap++) {
            for (int c = 0; c < channels; c++) {
                copy[tap * channels + c] = from[w.offset() + c * w.stride(0) + tap / kw * w.stride(2) + tap % kw * w.stride(3)];
            }
        }
        return copy;
    }

    /** For so many pixels and each channel, y += a b; each of the three steps from pixel to pixel by its own stride. */
    private static void multiplyAdd(int pixels, int channels, float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo,
            int ys) {
        for (int i = 0; i < pixels; i++) {
            int at = ao + i * as;
            int bt = bo + i * bs;
            int yt = yo + i * ys;
            if (Simd.available()) {
                VectorRows.multiplyAdd(channels, a, at, b, bt, y, yt);
            } else {
                for (int c = 0; c < channels; c++) {
                    y[yt + c] += a[at + c] * b[bt + c];
                }
            }
        }
    }

    /**
     * The pixels of one line of the result whose given tap lies inside the image.
     *
     * @param image index of the first pixel in the image
     * @param result index of the first pixel in the result
     * @param count how many; they follow one another in the result, and by the stride in the image
     */
    private record Overlap(int image, int result, int count) {
        static Overlap of(ConvSpec spec, int line, int tap, int kw, Images image, Images result) {
            int y = line % result.height() * spec.strideH() - spec.padH() + tap / kw * spec.dilationH();
            if (y < 0 || y >= image.height()) {
                return null;
            }
            var axis = new Im2col.Axis(kw, spec.strideW(), spec.padW(), spec.dilationW());
            int first = axis.firstInside(tap % kw, result.width());
            int end = axis.endInside(tap % kw, image.width(), result.width());
            if (first >= end) {
                return null;
            }
            int x = axis.start(first) + tap % kw * spec.dilationW();
            return new Overlap(image.offset() + ((line / result.height() * image.height() + y) * image.width() + x) * image.channels(),
                    result.offset() + (line * result.width() + first) * result.channels(), end - first);
        }
    }
}
