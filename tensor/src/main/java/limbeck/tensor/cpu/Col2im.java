package limbeck.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Threads;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * The gradient of a strided convolution with respect to its image: {@link Im2col} the other way round. The pixels of the result's
 * gradient, read where they lie, times the weights are a matrix with a row for each of them and a column for each (r, s, c) of the
 * kernel's rows, columns and channels. Then each pixel of the image adds up the few elements that reach it, in the order of the taps.
 *
 * <p>A task takes some lines of the image and multiplies the rows of the gradient that reach them, so that no two write to one
 * place, and the product is still in the cache when its elements are added. Rows that reach lines of two tasks are multiplied by both;
 * there are none where tasks take whole images. For that, and to read fewer weights a task, many channels are taken in parts.
 */
final class Col2im {
    private static final int L = MicroKernel.LANES;
    // Floats of a task's product: half a MiB of the L2 cache.
    private static final int FLOATS = 1 << 17;
    // Pixels of a product at least, which pay for reading the weights, and as many as make a band that has little in common with the next:
    // so many must fit, or channels are taken in parts.
    private static final int LEAST = 192;
    private static final int ENOUGH = 448;
    // Multiply-adds of a task at least, and tasks for each of several threads, where that leaves them enough.
    private static final int TASK = 1 << 18;
    private static final int TASKS = 4;

    private static final AlignedScratch WEIGHTS = new AlignedScratch();
    private static final AlignedScratch PRODUCT = new AlignedScratch();

    private final Images gradient;
    private final Images out;
    private final Axis vertical;
    private final Axis horizontal;
    private final int taps;
    private final List<PixelRun> runs;
    private final Finish finish;
    // Channels of a group: those that are summed, and those of the image, of which a part has so many at most.
    private final int summed;
    private final int channels;
    private final int width;
    private final List<Part> parts;

    /**
     * Some channels of the image.
     *
     * @param summed the first channel of the gradient that belongs to their group
     * @param channel the first of them
     * @param count how many
     * @param weights theirs, packed: rows over the channels that are summed, columns over (r, s, c)
     */
    private record Part(int summed, int channel, int count, Panels weights) {
    }

    /**
     * The weights of a part as the right operand.
     *
     * @param array holds them
     * @param offset where those of its first channel begin
     * @param layout theirs: (K, C / groups, kh, kw)
     * @param channels of the part
     */
    private record Columns(float[] array, int offset, Layout layout, int channels) implements GemmSource {
        @Override
        public void copy(int row, int rows, int column, int columns, float[] to, int at, int ld) {
            int taps = layout.shape().dim(3);
            int done = 0;
            while (done < columns) {
                // The rest of one tap at a time.
                int tap = (column + done) / channels;
                int channel = (column + done) % channels;
                int count = Math.min(columns - done, channels - channel);
                int start = offset + tap / taps * layout.stride(2) + tap % taps * layout.stride(3);
                new GemmMatrix(array, start, layout.stride(0), layout.stride(1)).copy(row, rows, channel, count, to, at + done, ld);
                done += count;
            }
        }
    }

    private Col2im(Images gradient, View weight, Axis vertical, Axis horizontal, int groups, Images out, Finish finish) {
        this.gradient = gradient;
        this.out = out;
        this.vertical = vertical;
        this.horizontal = horizontal;
        this.finish = finish;
        taps = vertical.taps() * horizontal.taps();
        runs = PixelRun.of(horizontal, out.width(), gradient.width());
        summed = gradient.channels() / groups;
        channels = out.channels() / groups;
        int pixels = Math.clamp(gradient.height() * gradient.width(), LEAST, ENOUGH);
        int fit = Math.max(1, FLOATS / (pixels * taps * L)) * L;
        int even = Math.ceilDiv(channels, Math.ceilDiv(channels, fit) * L) * L;
        width = Math.min(channels, even);
        parts = parts(weight, groups);
    }

    /**
     * Computes the gradient.
     *
     * @param gradient of the result
     * @param weight (K, C / groups, kh, kw), any layout
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     * @param groups into how many the channels are split
     * @param out takes the image's gradient
     * @param finish what becomes of it
     */
    static void run(Images gradient, View weight, Axis vertical, Axis horizontal, int groups, Images out, Finish finish) {
        if (out.pixels() == 0 || out.channels() == 0) {
            return;
        }
        var sum = new Col2im(gradient, weight, vertical, horizontal, groups, out, finish);
        int lines = out.count() * out.height();
        int band = sum.band();
        int bands = Math.ceilDiv(lines, band);
        // Part after part, so that its weights stay in the cache.
        Parallel.range(bands * sum.parts.size(), 1, (task, _) -> {
            int first = task % bands * band;
            sum.lines(first, Math.min(lines, first + band), sum.parts.get(task / bands));
        });
    }

    /** Packs the weights. */
    private List<Part> parts(View weight, int groups) {
        Layout w = weight.layout();
        float[] array = ((HostStorage) weight.storage()).floats();
        int pieces = Math.ceilDiv(channels, width);
        int size = Panels.size(summed, columns(width));
        AlignedScratch.Piece room = WEIGHTS.floats(groups * pieces * size);
        var all = new ArrayList<Part>();
        for (int i = 0; i < groups * pieces; i++) {
            int first = i / pieces * summed;
            int channel = i % pieces * width;
            int count = Math.min(width, channels - channel);
            var panels = new Panels(Panels.widest(summed, columns(width)), room.array(), room.offset() + i * size, 0, 0, summed);
            panels.fill(new Columns(array, w.offset() + first * w.stride(0) + channel * w.stride(1), w, count), taps * count);
            all.add(new Part(first, i / pieces * channels + channel, count, panels));
        }
        return all;
    }

    /** The columns of a product for so many channels, with those that fill up the last vector. */
    private int columns(int count) {
        return Math.ceilDiv(taps * count, L) * L;
    }

    /** How many lines of the image a task takes. Any number gives the same bits. */
    private int band() {
        int height = gradient.height();
        int row = gradient.width() * columns(width);
        int threads = Threads.count();
        int fit = FLOATS / row;
        int even = threads == 1 ? fit : Math.ceilDiv(out.count() * height * parts.size(), TASKS * threads);
        int worth = (int) Math.ceilDiv(TASK, (long) row * Math.max(1, summed));
        // Rows that reach lines of this task and of the next: a quarter of them at most.
        int shared = Math.ceilDiv((vertical.taps() - 1) * vertical.dilation(), vertical.stride());
        int rows = Math.max(Math.min(fit, even), Math.max(worth, 4 * shared));
        return rows >= height ? rows / height * out.height() : Math.ceilDiv(out.height(), Math.ceilDiv(height, rows - shared));
    }

    /** Some lines of all images, in one part of the channels. */
    private void lines(int begin, int end, Part part) {
        int height = gradient.height();
        // Rows of the gradient, counted over all images: behind those whose last tap lies before the first line, up to the last one whose
        // first tap lies before the end.
        int first = begin / out.height() * height + vertical.endInside(vertical.taps() - 1, begin % out.height(), height);
        int after = (end - 1) / out.height() * height + vertical.endInside(0, (end - 1) % out.height() + 1, height);
        int pixels = (after - first) * gradient.width();
        int ld = columns(part.count);
        AlignedScratch.Piece product = PRODUCT.floats(pixels * ld);
        int from = gradient.offset() + first * gradient.width() * gradient.channels() + part.summed;
        Gemm.of(pixels, ld, summed, new GemmMatrix(gradient.array(), from, gradient.channels(), 1), part.weights, product.array(),
                product.offset(), ld).runHere(Finish.NONE);
        var rows = new int[vertical.taps()];
        var starts = new int[taps];
        for (int line = begin; line < end; line++) {
            int row = line / out.height() * height - first;
            line(line, part, product.array(), product.offset() + row * gradient.width() * ld, ld, rows, starts);
        }
        finish.block(begin * out.width(), (end - begin) * out.width(), part.channel, part.count);
    }

    /** One line, from the product for all rows of its image, of which only those that reach it are there. */
    private void line(int line, Part part, float[] product, int offset, int ld, int[] rows, int[] starts) {
        int y = line % out.height();
        int reaching = 0;
        for (int r = 0; r < vertical.taps(); r++) {
            int row = vertical.result(y, r);
            if (vertical.meets(y, r) && row >= 0 && row < gradient.height()) {
                rows[reaching++] = offset + row * gradient.width() * ld + r * horizontal.taps() * part.count;
            }
        }
        int pixel = out.channels();
        int to = out.offset() + line * out.width() * pixel + part.channel;
        for (PixelRun run : runs) {
            int count = 0;
            for (int i = 0; i < reaching; i++) {
                for (int j = 0; j < run.taps().length; j++) {
                    starts[count++] = rows[i] + run.pixels()[j] * ld + run.taps()[j] * part.count;
                }
            }
            sum(count, starts, product, ld, run.count(), part.count, out.array(), to + run.x() * pixel, horizontal.stride() * pixel);
        }
    }

    /** As {@link VectorRows#sum}, for rows of any length. */
    private static void sum(int count, int[] starts, float[] from, int step, int rows, int columns, float[] to, int at, int ld) {
        if (Simd.available() && columns >= L) {
            VectorRows.sum(count, starts, from, step, rows, columns, to, at, ld);
            return;
        }
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                float sum = 0;
                for (int i = 0; i < count; i++) {
                    sum += from[starts[i] + r * step + c];
                }
                to[at + r * ld + c] = sum;
            }
        }
    }
}
