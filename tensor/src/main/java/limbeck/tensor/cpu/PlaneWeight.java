package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.cpu.Im2col.Axis;

/**
 * The gradient of the weights of a convolution with a stride or with few channels, which Winograd's forms cannot compute. A row of a
 * kernel reads, for one pixel of the result, elements side by side in a line of the image: as many planes of L of them as it takes are
 * copied for some lines of the result, and the gradient in planes of L channels. What is left are {@linkplain OuterSum sums} over the
 * pixels of two planes. A product would copy the gradient in slivers of six channels, which sixteen do not fill.
 *
 * <p>Lines are cut into chunks that depend on the shape alone; each has its own sums, which are added in order.
 */
final class PlaneWeight {
    private static final int L = MicroKernel.LANES;
    // Pixels that are summed over at a time: of a plane of the image and two of the gradient so many stay in the L1 cache.
    private static final int PIXELS = 128;
    // Planes of the image at most: so many of them stay in the L2 cache (384 KiB).
    private static final int PLANES = 48;
    // Longer chains of float additions than of a thirty-second of the pixels would cost digits.
    private static final int CHUNKS = 32;
    // Floats of the sums of all chunks at most (16 MiB).
    private static final int ALL_SUMS = 1 << 22;

    private static final AlignedScratch IMAGE = new AlignedScratch();
    private static final AlignedScratch GRADIENT = new AlignedScratch();
    private static final Scratch SUMS = new Scratch();

    private final Images in;
    private final Images gradient;
    private final Axis vertical;
    private final Axis horizontal;
    // Of a row of the kernel.
    private final int planes;
    private final int chunk;
    private final int chunks;
    // Sums as (chunk, tile of output channels, kernel row, element of its planes, output channel).
    private final float[] sums;
    private final int size;

    private PlaneWeight(Images in, Images gradient, Axis vertical, Axis horizontal) {
        this.in = in;
        this.gradient = gradient;
        this.vertical = vertical;
        this.horizontal = horizontal;
        planes = planes(in, horizontal);
        size = vertical.taps() * planes * L * gradient.channels();
        int lines = gradient.count() * gradient.height();
        chunk = Math.ceilDiv(lines, Math.clamp(ALL_SUMS / size, 1, CHUNKS));
        chunks = Math.ceilDiv(lines, chunk);
        sums = SUMS.floats(chunks * size);
    }

    /** Whether planes are little larger than what is read, and few enough for many pixels at a time. */
    static boolean applies(Images in, Images gradient, Axis vertical, Axis horizontal) {
        int planes = planes(in, horizontal);
        return horizontal.dilation() == 1 && OuterSum.applies(gradient.channels()) && gradient.channels() > 0
                && 2 * horizontal.taps() * in.channels() >= planes * L && vertical.taps() * planes <= PLANES
                && gradient.pixels() >= CHUNKS * PIXELS / 2;
    }

    private static int planes(Images in, Axis horizontal) {
        return Math.ceilDiv(horizontal.taps() * in.channels(), L);
    }

    /**
     * Computes the gradient.
     *
     * @param in the images
     * @param gradient the gradient of the result
     * @param vertical the kernel
     * @param horizontal the kernel
     * @param out takes the gradient as (output channel, input channel, row, column)
     * @param offset where it begins
     */
    static void run(Images in, Images gradient, Axis vertical, Axis horizontal, float[] out, int offset) {
        var weight = new PlaneWeight(in, gradient, vertical, horizontal);
        Parallel.range(gradient.count() * gradient.height(), weight.chunk, weight::sum);
        Parallel.range(gradient.channels(), OuterSum.width(gradient.channels()), (from, to) -> weight.result(from, to, out, offset));
    }

    /** Sums over a chunk of lines of the result. */
    private void sum(int from, int to) {
        int all = vertical.taps() * planes;
        int channels = gradient.channels();
        int width = gradient.width();
        Arrays.fill(sums, from / chunk * size, (from / chunk + 1) * size, 0);
        int most = Math.clamp(PIXELS / width, 1, chunk);
        int block = most * width * L;
        AlignedScratch.Piece v = IMAGE.floats(all * block);
        AlignedScratch.Piece d = GRADIENT.floats(channels / L * block);
        for (int first = from; first < to; first += most) {
            int lines = Math.min(most, to - first);
            int pixels = lines * width;
            for (int i = 0; i < lines; i++) {
                for (int r = 0; r < vertical.taps(); r++) {
                    planes(first + i, r, v.array(), v.offset() + r * planes * block + i * width * L, block);
                }
            }
            for (int k = 0; k < channels; k += L) {
                GemmMatrix.copyRows(gradient.array(), gradient.offset() + first * width * channels + k, channels, pixels, L, d.array(),
                        d.offset() + k / L * block, L);
            }
            OuterSum.add(pixels, all * L, v.array(), v.offset(), block, channels, d.array(), d.offset(), block, sums, from / chunk * size);
        }
    }

    /** What a row of the kernel reads for a line of the result. */
    private void planes(int number, int row, float[] to, int at, int block) {
        int y = vertical.start(number % gradient.height()) + row * vertical.dilation();
        if (y < 0 || y >= in.height()) {
            for (int plane = 0; plane < planes; plane++) {
                Arrays.fill(to, at + plane * block, at + plane * block + gradient.width() * L, 0);
            }
            return;
        }
        int from = in.offset() + (number / gradient.height() * in.height() + y) * in.width() * in.channels();
        float[] line = Im2col.bordered(in.array(), from, in.width(), in.channels(), horizontal, gradient.width());
        for (int plane = 0; plane < planes; plane++) {
            GemmMatrix.copyRows(line, plane * L, horizontal.stride() * in.channels(), gradient.width(), L, to, at + plane * block, L);
        }
    }

    /** The gradient of a tile of output channels. */
    private void result(int from, int to, float[] out, int offset) {
        int taps = vertical.taps();
        int width = to - from;
        int kernel = in.channels() * taps * horizontal.taps();
        for (int r = 0; r < taps; r++) {
            for (int i = 0; i < horizontal.taps() * in.channels(); i++) {
                int at = from * taps * planes * L + (r * planes * L + i) * width;
                int target = offset + from * kernel + (i % in.channels() * taps + r) * horizontal.taps() + i / in.channels();
                for (int part = 1; part < chunks; part++) {
                    add(at + part * size, width, at);
                }
                for (int k = 0; k < width; k++) {
                    out[target + k * kernel] = sums[at + k];
                }
            }
        }
    }

    /** Adds sums to those of the first chunk. */
    private void add(int from, int count, int to) {
        for (int i = 0; i < count; i++) {
            sums[to + i] += sums[from + i];
        }
    }
}
