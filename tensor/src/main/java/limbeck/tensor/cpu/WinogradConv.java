package limbeck.tensor.cpu;

/**
 * Convolution by 3 x 3 kernels of stride 1 as {@link Winograd} says: 2.25 or 4 times fewer multiplications than
 * {@link DirectConv}. A task takes some lines of tiles through all three steps while they are in the L2 cache:
 *
 * <ol>
 * <li>image tiles are transformed and written as (place, tile, channel);
 * <li>at each place, tiles by channels times channels by output channels, written as (tile, place, output channel);
 * <li>these are transformed back, into the result.
 * </ol>
 *
 * The distance of places is not a multiple of 4 KiB, or all places of a tile would compete for one set of the L1 cache.
 */
final class WinogradConv {
    private static final int L = MicroKernel.LANES;
    private static final int MR = MicroKernel.MR;
    // Floats of a task's transformed tiles and products: a quarter of the L2 cache (1 MiB), where kernels, image and result pass by.
    private static final int GROUP = 1 << 16;
    // Tiles of a task that are worth reading all kernels for, even if they take more room; and what a task has at least, for
    // the product computes six at a time.
    private static final int ENOUGH = 24;
    private static final int LEAST = 12;
    // Channels whose kernels are transformed at a time, in the L1 cache.
    private static final int PIECE = 4;
    // Tasks at least, where there are lines enough.
    private static final int TASKS = 16;

    private static final Scratch KERNELS = new Scratch();
    private static final Scratch TAPS = new Scratch();
    private static final Scratch HALF = new Scratch();
    private static final AlignedScratch TILES = new AlignedScratch();
    private static final AlignedScratch PRODUCTS = new AlignedScratch();
    private static final Scratch EDGE = new Scratch();

    private final Winograd form;
    private final int places;
    private final int channels;
    private final Images out;
    private final Finish finish;
    private final WinogradTiles tiles;
    // Vectors of output channels in a panel.
    private final int widest;
    // The transformed kernels: (place, panel of output channels, channel, output channel of the panel).
    private final float[] kernels;
    private final int kernelPlace;

    private WinogradConv(Winograd form, Images in, ConvWeights weights, int padH, int padW, Images out, Finish finish) {
        this.form = form;
        this.out = out;
        this.finish = finish;
        places = form.places();
        channels = in.channels();
        int down = Math.ceilDiv(out.height(), form.tile());
        int across = Math.ceilDiv(out.width(), form.tile());
        tiles = new WinogradTiles(form.input(), form.tile(), in, padH, padW, down, across);
        // Panels that the larger tiles meet, where there are any for rows so far apart.
        widest = MicroKernel.near(channels, 2, Integer.MAX_VALUE) != null ? 2 : MicroKernel.WIDEST;
        kernelPlace = channels * out.channels() + L;
        kernels = weights.packed(form, KERNELS, places * kernelPlace, array -> transformKernels(weights, array));
    }

    /**
     * Convolves.
     *
     * @param form F2 or F4
     * @param in images, their channels a multiple of L
     * @param weights the kernels, in whichever order their strides give
     * @param padH rows of zeros around the images
     * @param padW columns of zeros around them
     * @param out takes the result; its channels a multiple of L
     * @param finish what becomes of it
     */
    static void run(Winograd form, Images in, ConvWeights weights, int padH, int padW, Images out, Finish finish) {
        var conv = new WinogradConv(form, in, weights, padH, padW, out, finish);
        int lines = out.count() * conv.tiles.down();
        int group = conv.group(lines);
        finish.tasks(Math.ceilDiv(lines, group));
        Parallel.range(lines, group, (from, to) -> conv.lines(from, to, from / group));
    }

    /** The first pixel of the result in a line of tiles. */
    private int pixel(int line) {
        return (line / tiles.down() * out.height() + line % tiles.down() * form.tile()) * out.width();
    }

    /** How many lines of tiles make a task: with tiles in multiples of the product's six rows, if possible. */
    private int group(int lines) {
        int across = tiles.across();
        int unit = across % 6 == 0 ? 1 : across % 3 == 0 ? 2 : across % 2 == 0 ? 3 : 6;
        int fit = Math.max(GROUP / (places * across * (channels + out.channels())), Math.ceilDiv(ENOUGH, across));
        int most = Math.clamp(lines / TASKS, Math.ceilDiv(LEAST, across), fit);
        return most < unit ? most : most / unit * unit;
    }

    private void transformKernels(ConvWeights weights, float[] to) {
        int pieces = channels / PIECE;
        int panel = widest * L;
        Parallel.range(Math.ceilDiv(out.channels(), panel) * pieces, 4, (begin, after) -> {
            for (int i = begin; i < after; i++) {
                int first = i / pieces * panel;
                int end = Math.min(out.channels(), first + panel);
                for (int k = first; k < end; k += width(k)) {
                    transformKernels(weights, i % pieces * PIECE, k, width(k), to);
                }
            }
        });
    }

    /** Kernels from four channels to a panel of output channels. */
    private void transformKernels(ConvWeights weights, int channel, int k, int width, float[] to) {
        float[] taps = TAPS.floats(PIECE * 9 * width);
        weights.copyTaps(channel, PIECE, k, width, taps);
        int size = form.size();
        int row = 3 * width;
        float[] half = HALF.floats(PIECE * size * row);
        form.kernel().run(taps, 0, row, 3 * row, half, 0, row, size * row, L, PIECE, row / L);
        int at = k * channels + channel * width;
        for (int i = 0; i < size; i++) {
            form.kernel().run(half, i * row, width, size * row, to, at + i * size * kernelPlace, kernelPlace, width, L, PIECE, width / L);
        }
    }

    /** The width of the panel of output channels that begins at k. */
    private int width(int k) {
        return MicroKernel.vectors(out.channels() - k, widest) * L;
    }

    /** Takes some lines of tiles through the three steps. */
    private void lines(int from, int to, int task) {
        int across = tiles.across();
        // The product computes whole slivers of rows; what it makes of the last ones is not looked at.
        int count = Math.ceilDiv((to - from) * across, MR) * MR;
        int place = count * channels + L;
        AlignedScratch.Piece v = TILES.floats(places * place);
        for (int line = from; line < to; line++) {
            tiles.line(line, v.array(), v.offset() + (line - from) * across * channels, place, channels, L);
        }
        int product = places * out.channels();
        AlignedScratch.Piece m = PRODUCTS.floats(count * product);
        for (int i = 0; i < places; i++) {
            multiply(count, v.array(), v.offset() + i * place, i * kernelPlace, m.array(), m.offset() + i * out.channels(), product);
        }
        for (int line = from; line < to; line++) {
            result(line, m.array(), m.offset() + (line - from) * across * product);
            finish.rows(task, pixel(line), pixel(line + 1) - pixel(line));
        }
    }

    /** The product at one place. */
    private void multiply(int count, float[] v, int vo, int uo, float[] m, int mo, int ldm) {
        for (int k = 0; k < out.channels(); k += width(k)) {
            MicroKernel.Near near = MicroKernel.near(channels, width(k) / L, count);
            int t = 0;
            for (; near != null && t + near.rows() <= count; t += near.rows()) {
                near.run(channels, v, vo + t * channels, kernels, uo + k * channels, m, mo + t * ldm + k, ldm, false);
            }
            MicroKernel kernel = MicroKernel.of(width(k) / L, false);
            for (; t < count; t += MR) {
                kernel.run(channels, v, vo + t * channels, channels, kernels, uo + k * channels, m, mo + t * ldm + k, ldm, false);
            }
        }
    }

    /** Transforms a line of tiles into pixels. */
    private void result(int line, float[] m, int mo) {
        int size = form.size();
        int tile = form.tile();
        int pixel = out.channels();
        int y = line % tiles.down() * tile;
        int row = out.width() * pixel;
        int to = out.offset() + (line / tiles.down() * out.height() + y) * row;
        int rows = Math.min(tile, out.height() - y);
        int whole = rows == tile ? out.width() / tile : 0;
        form.output().tiles(m, mo, size * pixel, pixel, places * pixel, out.array(), to, row, pixel, tile * pixel, L, whole, pixel / L);
        for (int t = whole; t < tiles.across(); t++) {
            part(m, mo + t * places * pixel, to + t * tile * pixel, rows, Math.min(tile, out.width() - t * tile));
        }
        finish.block(pixel(line), rows * out.width(), 0, pixel);
    }

    /** Transforms a tile of which only some rows and columns are of the result. */
    private void part(float[] m, int mo, int to, int rows, int columns) {
        int tile = form.tile();
        int pixel = out.channels();
        float[] edge = EDGE.floats(tile * tile * pixel);
        form.output().tiles(m, mo, form.size() * pixel, pixel, 0, edge, 0, tile * pixel, pixel, 0, L, 1, pixel / L);
        for (int i = 0; i < rows; i++) {
            System.arraycopy(edge, i * tile * pixel, out.array(), to + i * out.width() * pixel, columns * pixel);
        }
    }
}
