package limbeck.tensor.cpu;

import java.util.List;
import limbeck.tensor.Threads;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.View;

/**
 * Convolution of images with few channels, as the first of a network, line by line: any kernel, stride and dilation. Tiles of pixels are
 * held in registers while all taps go by, each of which is read where {@link ImageLines} have it. The elements of the result are added up
 * in the order of the product with the matrix of {@link Im2col}, so that both give the same bits.
 */
final class LineConv {
    private static final int L = MicroKernel.LANES;
    // Pixels of a task that sees its own, as where they are the rows of a product.
    private static final int PIXELS = 480;
    // Least multiply-adds of a task: a few microseconds.
    private static final int TASK = 1 << 17;

    private static final List<Tile> ONE_VECTOR = Simd.available() ? narrow() : List.of();
    private static final List<Tile> TWO_VECTORS = Simd.available() ? wide() : List.of();
    private static final Scratch WEIGHTS = new Scratch();

    /** A kernel, and how many pixels it computes. */
    private record Tile(TapKernel kernel, int pixels) {
    }

    private LineConv() {
    }

    private static List<Tile> narrow() {
        return MicroKernel.WIDEST == 4 ? List.of(new Tile(new Kernel16x1Taps(), 16), new Tile(new Kernel8x1Taps(), 8)) : List.of();
    }

    private static List<Tile> wide() {
        return MicroKernel.WIDEST == 4
                ? List.of(new Tile(new Kernel14x2Taps(), 14), new Tile(new Kernel12x2Taps(), 12), new Tile(new Kernel8x2Taps(), 8))
                : List.of(new Tile(new Kernel6x2Taps(), 6));
    }

    /** The tiles that cover a line; none if there are none for the channels, or not for so short a line. */
    private static List<Tile> cover(Images out) {
        List<Tile> all = out.channels() % (2 * L) == 0 ? TWO_VECTORS : out.channels() % L == 0 ? ONE_VECTOR : List.of();
        List<Tile> tiles = all.stream().filter(tile -> tile.pixels <= out.width()).toList();
        return tiles.isEmpty() ? List.of() : TileCover.of(out.width(), tiles, Tile::pixels);
    }

    /**
     * Whether this is such a convolution, with whole vectors of output channels and lines long enough.
     *
     * @param in (N, C, H, W)
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     * @param out the result
     */
    static boolean applies(View in, Axis vertical, Axis horizontal, Images out) {
        return ImageLines.pays(in, vertical, horizontal) && !cover(out).isEmpty();
    }

    /**
     * Convolves.
     *
     * @param in (N, C, H, W), any layout
     * @param weights the kernels
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     * @param out takes the result
     * @param finish what becomes of it
     */
    static void run(View in, ConvWeights weights, Axis vertical, Axis horizontal, Images out, Finish finish) {
        int inner = vertical.taps() * horizontal.taps() * in.shape().dim(1);
        int columns = out.channels() % (2 * L) == 0 ? 2 * L : L;
        float[] packed = weights.packed(LineConv.class, WEIGHTS, inner * out.channels(), array -> {
            for (int k = 0; k < out.channels(); k += columns) {
                weights.copy(0, inner, k, columns, array, k * inner, columns);
            }
        });
        int lines = out.count() * out.height();
        int most = Math.max(1, PIXELS / out.width());
        boolean seen = finish.tasks(Math.ceilDiv(lines, most));
        int least = (int) Math.ceilDiv(TASK, (long) out.width() * inner * out.channels());
        int task = seen ? most : Math.clamp(Math.ceilDiv(lines, 2 * Threads.count()), Math.min(least, most), most);
        var images = new ImageLines(in, vertical, horizontal, out.width(), task);
        int[] taps = images.taps();
        List<Tile> cover = cover(out);
        Parallel.range(lines, task, (from, to) -> {
            int count;
            for (int line = from; line < to; line += count) {
                count = Math.min(to - line, out.height() - line % out.height());
                ImageLines.Lines x = images.of(line / out.height(), line % out.height(), count);
                for (int k = 0; k < out.channels(); k += columns) {
                    for (int i = 0; i < count; i++) {
                        line(cover, taps, x.array(), x.start() + i * images.step(), packed, k, out, line + i);
                    }
                }
                finish.block(line * out.width(), count * out.width(), 0, out.channels());
            }
            if (seen) {
                finish.rows(from / task, from * out.width(), (to - from) * out.width());
            }
        });
    }

    /** A line of the result, for the output channels of a tile from k on. Where tiles overlap, pixels are computed twice, to the same bits. */
    private static void line(List<Tile> cover, int[] taps, float[] x, int xo, float[] weights, int k, Images out, int line) {
        int i = 0;
        for (Tile tile : cover) {
            int first = Math.min(i, out.width() - tile.pixels);
            int to = out.offset() + (line * out.width() + first) * out.channels() + k;
            tile.kernel.run(taps, x, xo + first, weights, k * taps.length, out.array(), to, out.channels());
            i += tile.pixels;
        }
    }
}
