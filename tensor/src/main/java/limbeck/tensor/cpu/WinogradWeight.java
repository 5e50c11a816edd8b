package limbeck.tensor.cpu;

import java.util.Arrays;

/**
 * The gradient of 3 x 3 weights by F(3 x 3, 4 x 4): it is a convolution of the images by the gradient of the result, of which
 * each 4 x 4 tile serves as a kernel. At each place of a tile, transformed images times transformed gradients are summed over
 * all tiles, and only the sums are transformed back.
 *
 * <p>Lines of tiles are cut into chunks that depend on the shape alone; each has its own sums, which are added in order.
 */
final class WinogradWeight {
    private static final Winograd FORM = Winograd.F3;
    private static final int PLACES = FORM.places();
    private static final int L = MicroKernel.LANES;
    // Channels that are transformed back at a time.
    private static final int PIECE = 4;
    // Floats of transformed tiles at a time: about half of the L2 cache (1 MiB).
    private static final int GROUP = 1 << 17;
    // Tiles of a chunk at least: the products of fewer would take little longer than adding up their sums.
    private static final int CHUNK = 128;
    private static final int CHUNKS = 16;
    // Floats of the sums of all chunks at most (128 MiB).
    private static final int ALL_SUMS = 1 << 25;

    private static final AlignedScratch IMAGE = new AlignedScratch();
    private static final AlignedScratch GRADIENT = new AlignedScratch();
    private static final Scratch SUMS = new Scratch();
    private static final Scratch TOTAL = new Scratch();
    private static final Scratch TAPS = new Scratch();

    private final WinogradTiles image;
    private final WinogradTiles gradient;
    private final int channels;
    private final int outputs;
    private final int width;
    private final int group;
    private final int chunk;
    private final int chunks;
    // Sums as (chunk, place, tile of output channels, channel, output channel).
    private final float[] sums;
    private final int sumPlace;

    private WinogradWeight(Images in, Images gradients, int padH, int padW) {
        int step = FORM.kernel().inputs;
        int down = Math.ceilDiv(gradients.height(), step);
        int across = Math.ceilDiv(gradients.width(), step);
        image = new WinogradTiles(FORM.input(), step, in, padH, padW, down, across);
        gradient = new WinogradTiles(FORM.kernel(), step, gradients, 0, 0, down, across);
        channels = in.channels();
        outputs = gradients.channels();
        width = OuterSum.width(outputs);
        int lines = in.count() * down;
        group = Math.max(1, GROUP / (PLACES * across * (channels + outputs)));
        sumPlace = channels * outputs + L;
        int most = Math.clamp(ALL_SUMS / (PLACES * sumPlace), 1, CHUNKS);
        chunk = Math.ceilDiv(lines, Math.clamp((long) lines * across / CHUNK, 1, most));
        chunks = Math.ceilDiv(lines, chunk);
        sums = SUMS.floats(chunks * PLACES * sumPlace);
    }

    /**
     * Computes the gradient.
     *
     * @param in the images, their channels a multiple of L
     * @param gradient the gradient of the result, as {@link OuterSum#applies} says
     * @param padH rows of zeros around the images in the forward convolution
     * @param padW columns of zeros around them
     * @param out takes the gradient as (output channel, input channel, row, column)
     * @param offset where it begins
     */
    static void run(Images in, Images gradient, int padH, int padW, float[] out, int offset) {
        var weight = new WinogradWeight(in, gradient, padH, padW);
        Parallel.range(in.count() * weight.image.down(), weight.chunk, weight::sum);
        Parallel.range(weight.outputs / weight.width * weight.channels / PIECE, 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                weight.result(i * PIECE % weight.channels, i * PIECE / weight.channels * weight.width, out, offset);
            }
        });
    }

    /** Sums over a chunk of lines. */
    private void sum(int from, int to) {
        int base = from / chunk * PLACES * sumPlace;
        Arrays.fill(sums, base, base + PLACES * sumPlace, 0);
        int across = image.across();
        int most = Math.min(group, chunk) * across;
        AlignedScratch.Piece v = IMAGE.floats(PLACES * (channels * most + L));
        AlignedScratch.Piece d = GRADIENT.floats(PLACES * (outputs * most + L));
        for (int first = from; first < to; first += group) {
            int lines = Math.min(group, to - first);
            int block = lines * across * L;
            int vPlace = channels / L * block + L;
            int dPlace = outputs / L * block + L;
            for (int i = 0; i < lines; i++) {
                image.line(first + i, v.array(), v.offset() + i * across * L, vPlace, L, block);
                gradient.line(first + i, d.array(), d.offset() + i * across * L, dPlace, L, block);
            }
            for (int place = 0; place < PLACES; place++) {
                OuterSum.add(lines * across, channels, v.array(), v.offset() + place * vPlace, block, outputs, d.array(),
                        d.offset() + place * dPlace, block, sums, base + place * sumPlace);
            }
        }
    }

    /** The gradient from a piece of the channels to a tile of output channels. */
    private void result(int channel, int k, float[] out, int offset) {
        int n = PIECE * width;
        int size = FORM.size();
        float[] total = TOTAL.floats(PLACES * n);
        for (int place = 0; place < PLACES; place++) {
            int at = place * sumPlace + k * channels + channel * width;
            System.arraycopy(sums, at, total, place * n, n);
            for (int i = 1; i < chunks; i++) {
                add(sums, at + i * PLACES * sumPlace, n, total, place * n);
            }
        }
        float[] taps = TAPS.floats(9 * n);
        FORM.output().tiles(total, 0, size * n, n, 0, taps, 0, 3 * n, n, 0, L, 1, n / L);
        for (int j = 0; j < width; j++) {
            int to = offset + ((k + j) * channels + channel) * 9;
            for (int i = 0; i < PIECE * 9; i++) {
                out[to + i] = taps[i % 9 * n + i / 9 * width + j];
            }
        }
    }

    private static void add(float[] from, int at, int length, float[] to, int target) {
        for (int i = 0; i < length; i++) {
            to[target + i] += from[at + i];
        }
    }
}
