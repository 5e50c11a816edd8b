package limbeck.tensor.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Threads;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * Convolution of images with few channels, as the first of a network, line by line: any kernel, stride and dilation. The matrix of
 * {@link Im2col} would take longer to copy than to multiply. Here an image is copied once for all taps, into planes of bordered lines
 * whose columns lie side by side for one tap: with a stride, first every such column from the first on, then from the second on. Without
 * padding and stride it is read where it lies.
 *
 * <p>The elements of the result are added up in the order of that matrix, so that both give the same bits.
 */
final class LineConv {
    private static final int L = MicroKernel.LANES;
    private static final int FEW = 4;
    // Pixels of a task that sees its own, as where they are the rows of a product.
    private static final int PIXELS = 480;
    // Least multiply-adds of a task: a few microseconds.
    private static final int TASK = 1 << 17;

    private static final List<Tile> ONE_VECTOR = Simd.available() ? narrow() : List.of();
    private static final List<Tile> TWO_VECTORS = Simd.available() ? wide() : List.of();
    private static final Scratch WEIGHTS = new Scratch();
    private static final Scratch LINES = new Scratch();

    /** A kernel, and how many pixels it computes. */
    private record Tile(TapKernel kernel, int pixels) {
    }

    private final Axis vertical;
    private final Axis horizontal;
    private final int channels;
    private final Images out;
    // The images: their array, and the distances of images, channels, lines and columns.
    private final float[] image;
    private final int offset;
    private final int[] strides;
    private final int height;
    private final int width;
    // Whether they are read where they lie, and if not, columns of a line that lie side by side.
    private final boolean inPlace;
    private final int together;

    private LineConv(View in, Axis vertical, Axis horizontal, Images out) {
        this.vertical = vertical;
        this.horizontal = horizontal;
        this.out = out;
        Layout layout = in.layout();
        image = ((HostStorage) in.storage()).floats();
        offset = layout.offset();
        strides = new int[] {layout.stride(0), layout.stride(1), layout.stride(2), layout.stride(3)};
        channels = layout.shape().dim(1);
        height = layout.shape().dim(2);
        width = layout.shape().dim(3);
        inPlace = vertical.pad() == 0 && horizontal.pad() == 0 && horizontal.stride() == 1 && strides[3] == 1;
        together = Math.ceilDiv(extent(out.width(), horizontal), horizontal.stride());
    }

    private static List<Tile> narrow() {
        return MicroKernel.WIDEST == 4 ? List.of(new Tile(new Kernel16x1Taps(), 16), new Tile(new Kernel8x1Taps(), 8)) : List.of();
    }

    private static List<Tile> wide() {
        return MicroKernel.WIDEST == 4
                ? List.of(new Tile(new Kernel14x2Taps(), 14), new Tile(new Kernel12x2Taps(), 12), new Tile(new Kernel8x2Taps(), 8))
                : List.of(new Tile(new Kernel6x2Taps(), 6));
    }

    /** The tiles for so many output channels. */
    private static List<Tile> tiles(int channels) {
        return channels % (2 * L) == 0 ? TWO_VECTORS : channels % L == 0 ? ONE_VECTOR : List.of();
    }

    /**
     * Whether there are few channels, taps that overlap, few enough to be added up in one go, tiles for the channels of the result, and
     * lines long enough.
     *
     * @param in (N, C, H, W)
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     * @param out the result
     */
    static boolean applies(View in, Axis vertical, Axis horizontal, Images out) {
        int channels = in.shape().dim(1);
        List<Tile> tiles = tiles(out.channels());
        // Where taps do not overlap, the matrix holds each element once; and columns that lie apart are copied one by one.
        boolean pays = horizontal.stride() < horizontal.taps() && (horizontal.stride() == 1 || in.layout().stride(3) == 1);
        return pays && channels <= FEW && channels < L && vertical.taps() * horizontal.taps() * channels <= MicroKernel.INNER
                && !tiles.isEmpty() && out.width() >= tiles.getLast().pixels;
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
        new LineConv(in, vertical, horizontal, out).run(weights, finish);
    }

    private void run(ConvWeights weights, Finish finish) {
        int inner = vertical.taps() * horizontal.taps() * channels;
        int columns = out.channels() % (2 * L) == 0 ? 2 * L : L;
        float[] packed = weights.packed(LineConv.class, WEIGHTS, inner * out.channels(), array -> {
            for (int k = 0; k < out.channels(); k += columns) {
                weights.copy(0, inner, k, columns, array, k * inner, columns);
            }
        });
        List<Tile> cover = cover(out.width(), tiles(out.channels()));
        int lines = out.count() * out.height();
        int most = Math.max(1, PIXELS / out.width());
        boolean seen = finish.tasks(Math.ceilDiv(lines, most));
        int least = (int) Math.ceilDiv(TASK, (long) out.width() * inner * out.channels());
        int task = seen ? most : Math.clamp(Math.ceilDiv(lines, 2 * Threads.count()), Math.min(least, most), most);
        Parallel.range(lines, task, (from, to) -> {
            int count;
            for (int line = from; line < to; line += count) {
                count = Math.min(to - line, out.height() - line % out.height());
                lines(line, count, packed, columns, cover);
                finish.block(line * out.width(), count * out.width(), 0, out.channels());
                if (seen) {
                    finish.rows(from / task, line * out.width(), count * out.width());
                }
            }
        });
    }

    /** Lines of one image of the result. */
    private void lines(int line, int count, float[] weights, int columns, List<Tile> cover) {
        int n = line / out.height();
        int y = line % out.height() * vertical.stride();
        float[] x = inPlace ? image : LINES.floats(channels * extent(count, vertical) * together * horizontal.stride());
        int row = inPlace ? strides[2] : together * horizontal.stride();
        int plane = inPlace ? strides[1] : extent(count, vertical) * row;
        int start = inPlace ? offset + n * strides[0] + y * row : 0;
        if (!inPlace) {
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < extent(count, vertical); i++) {
                    copyLine(n, c, y - vertical.pad() + i, x, c * plane + i * row);
                }
            }
        }
        int[] taps = taps(plane, row);
        for (int k = 0; k < out.channels(); k += columns) {
            for (int r = 0; r < count; r++) {
                int i = 0;
                for (Tile tile : cover) {
                    // Where tiles overlap, pixels are computed twice, to the same bits.
                    int first = Math.min(i, out.width() - tile.pixels);
                    int from = start + r * vertical.stride() * row + first;
                    int to = out.offset() + ((line + r) * out.width() + first) * out.channels() + k;
                    tile.kernel.run(taps, x, from, weights, k * taps.length, out.array(), to, out.channels());
                    i += tile.pixels;
                }
            }
        }
    }

    /** How far behind its first one the taps of a pixel lie. */
    private int[] taps(int plane, int row) {
        int[] taps = new int[vertical.taps() * horizontal.taps() * channels];
        for (int k = 0; k < taps.length; k++) {
            int tap = k / channels;
            int column = tap % horizontal.taps() * horizontal.dilation();
            taps[k] = k % channels * plane + tap / horizontal.taps() * vertical.dilation() * row
                    + column % horizontal.stride() * together + column / horizontal.stride();
        }
        return taps;
    }

    /** A line of a channel with its border, zeros where there is no image: for each column that a step begins with, all that follow. */
    private void copyLine(int n, int c, int y, float[] to, int at) {
        int stride = horizontal.stride();
        if (y < 0 || y >= height) {
            Arrays.fill(to, at, at + stride * together, 0);
            return;
        }
        int from = offset + n * strides[0] + c * strides[1] + y * strides[2];
        for (int phase = 0; phase < stride; phase++) {
            // Column x of the image is at x / stride of those that the kernel finds in this phase.
            int begin = Math.clamp(Math.ceilDiv(horizontal.pad() - phase, stride), 0, together);
            int end = Math.clamp(Math.ceilDiv(horizontal.pad() - phase + width, stride), begin, together);
            int target = at + phase * together;
            int first = from + (begin * stride + phase - horizontal.pad()) * strides[3];
            Arrays.fill(to, target, target + begin, 0);
            copy(image, first, stride * strides[3], end - begin, to, target + begin);
            Arrays.fill(to, target + end, target + together, 0);
        }
    }

    private static void copy(float[] from, int first, int step, int count, float[] to, int at) {
        if (step == 1) {
            System.arraycopy(from, first, to, at, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            to[at + i] = from[first + i * step];
        }
    }

    /** How many columns or lines lie under the taps of so many of the result. */
    private static int extent(int count, Axis axis) {
        return (count - 1) * axis.stride() + (axis.taps() - 1) * axis.dilation() + 1;
    }

    /** The tiles that cover a line soonest: none longer than it is, few pixels twice, and few tiles. */
    private static List<Tile> cover(int width, List<Tile> tiles) {
        int[] time = new int[width + 1];
        Tile[] first = new Tile[width + 1];
        for (int left = 1; left <= width; left++) {
            time[left] = Integer.MAX_VALUE;
            for (Tile tile : tiles) {
                int with = 1 + tile.pixels + time[Math.max(0, left - tile.pixels)];
                if (tile.pixels <= width && with < time[left]) {
                    time[left] = with;
                    first[left] = tile;
                }
            }
        }
        var cover = new ArrayList<Tile>();
        for (int left = width; left > 0; left -= first[left].pixels) {
            cover.add(first[left]);
        }
        return cover;
    }
}
