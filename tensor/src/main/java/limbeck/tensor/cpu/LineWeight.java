package limbeck.tensor.cpu;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.View;

/**
 * The gradient of a {@link LineConv}'s weights: sums over pixels, of which tiles are held in registers, some taps by some output channels,
 * while some lines of the image and of the gradient go by.
 *
 * <p>Lines are cut into chunks that depend on the shape alone; each has its own sums, which are added in order.
 */
final class LineWeight {
    private static final int L = MicroKernel.LANES;
    // Pixels that are added up in a register at most, if a line is not longer: a longer chain of additions would cost digits.
    private static final int PIXELS = 480;
    private static final int CHUNKS = 32;
    // Floats of the sums of all chunks at most (16 MiB).
    private static final int ALL_SUMS = 1 << 22;

    private static final List<Tile> ONE_VECTOR = Simd.available() && MicroKernel.WIDEST == 4
            ? List.of(new Tile(new Kernel14x1Sums(), 14), new Tile(new Kernel9x1Sums(), 9)) : List.of();
    private static final List<Tile> TWO_VECTORS = Simd.available() ? wide() : List.of();
    private static final Scratch SUMS = new Scratch();

    /** A kernel, and of how many taps it has the sums. */
    private record Tile(TapSums kernel, int taps) {
    }

    private final View in;
    private final Axis vertical;
    private final Axis horizontal;
    private final Images gradient;
    private final List<Tile> cover;
    private final int columns;
    private final int inner;
    // Taps of all tiles, the last of which may have some too many.
    private final int covered;

    private LineWeight(View in, Images gradient, Axis vertical, Axis horizontal) {
        this.in = in;
        this.gradient = gradient;
        this.vertical = vertical;
        this.horizontal = horizontal;
        inner = vertical.taps() * horizontal.taps() * in.shape().dim(1);
        columns = gradient.channels() % (2 * L) == 0 ? 2 * L : L;
        cover = TileCover.of(inner, tiles(gradient.channels()), Tile::taps);
        covered = cover.stream().mapToInt(Tile::taps).sum();
    }

    private static List<Tile> wide() {
        return MicroKernel.WIDEST == 4 ? List.of(new Tile(new Kernel14x2Sums(), 14), new Tile(new Kernel9x2Sums(), 9))
                : List.of(new Tile(new Kernel6x2Sums(), 6));
    }

    private static List<Tile> tiles(int channels) {
        return channels % (2 * L) == 0 ? TWO_VECTORS : channels % L == 0 ? ONE_VECTOR : List.of();
    }

    /**
     * Whether this is such a gradient, with whole vectors of output channels.
     *
     * @param in (N, C, H, W)
     * @param gradient the gradient of the result
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     */
    static boolean applies(View in, Images gradient, Axis vertical, Axis horizontal) {
        return ImageLines.pays(in, vertical, horizontal) && !tiles(gradient.channels()).isEmpty();
    }

    /**
     * Computes the gradient.
     *
     * @param in (N, C, H, W), any layout
     * @param gradient the gradient of the result
     * @param vertical the kernel
     * @param horizontal the kernel
     * @param out takes the gradient as (output channel, input channel, row, column)
     * @param offset where it begins
     */
    static void run(View in, Images gradient, Axis vertical, Axis horizontal, float[] out, int offset) {
        new LineWeight(in, gradient, vertical, horizontal).run(out, offset);
    }

    private void run(float[] out, int offset) {
        int lines = gradient.count() * gradient.height();
        int size = covered * gradient.channels();
        int chunk = Math.ceilDiv(lines, Math.clamp(ALL_SUMS / size, 1, CHUNKS));
        int chunks = Math.ceilDiv(lines, chunk);
        float[] sums = SUMS.floats(chunks * size);
        int most = Math.clamp(PIXELS / gradient.width(), 1, chunk);
        var images = new ImageLines(in, vertical, horizontal, gradient.width(), most);
        // The taps that are too many are the first one over and over, and nobody looks at their sums.
        int[] taps = Arrays.copyOf(images.taps(), covered);
        Arrays.fill(taps, inner, covered, taps[0]);
        Parallel.range(lines, chunk, (from, to) -> {
            int so = from / chunk * size;
            Arrays.fill(sums, so, so + size, 0);
            int count;
            for (int line = from; line < to; line += count) {
                count = Math.min(Math.min(most, to - line), gradient.height() - line % gradient.height());
                add(images, taps, line, count, sums, so);
            }
        });
        Parallel.range(gradient.channels(), columns, (from, to) -> result(from, sums, chunks, size, out, offset));
    }

    /** Adds some lines of one image to the sums, which lie as (tile of output channels, tap, output channel). */
    private void add(ImageLines images, int[] taps, int line, int count, float[] sums, int so) {
        ImageLines.Lines x = images.of(line / gradient.height(), line % gradient.height(), count);
        int channels = gradient.channels();
        int from = gradient.offset() + line * gradient.width() * channels;
        for (int k = 0; k < channels; k += columns) {
            int first = 0;
            for (Tile tile : cover) {
                tile.kernel.run(taps, first, count, gradient.width(), x.array(), x.start(), images.step(), gradient.array(), from + k, channels,
                        sums, so + k * covered + first * columns);
                first += tile.taps;
            }
        }
    }

    /** The gradient of the output channels of a tile, from k on. */
    private void result(int k, float[] sums, int chunks, int size, float[] out, int offset) {
        int channels = in.shape().dim(1);
        int taps = vertical.taps() * horizontal.taps();
        for (int i = 0; i < inner; i++) {
            int at = k * covered + i * columns;
            int target = offset + k * inner + i % channels * taps + i / channels;
            for (int column = 0; column < columns; column++) {
                float sum = sums[at + column];
                for (int part = 1; part < chunks; part++) {
                    sum += sums[part * size + at + column];
                }
                out[target + column * inner] = sum;
            }
        }
    }
}
