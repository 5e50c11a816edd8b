package limbeck.tensor.cpu;

import java.util.Arrays;

/**
 * Convolution by 3 x 3 kernels of stride 1 without a product in between: up to twice as fast as the product, since each
 * input is loaded once for three taps and nothing is copied nine times. A task copies a band of an image into planes
 * of L channels with a border of zeros, so that all distances in the innermost loop are constants.
 *
 * <p>The gradient for the weights needs the same planes, and sums over the pixels.
 */
final class DirectConv {
    private static final int L = MicroKernel.LANES;
    // Pixels of a tile.
    private static final int PIXELS = 8;
    // Floats of a band: about a quarter of the L2 cache, beside the weights.
    private static final int BAND = 1 << 16;
    // Bands at least, where the images are few; chunks of images at most, whose gradients are summed in order.
    private static final int TASKS = 16;

    private static final Scratch PLANES = new Scratch();
    private static final Scratch BORDERED = new Scratch();
    private static final Scratch WEIGHTS = new Scratch();
    private static final Scratch SUMS = new Scratch();

    private DirectConv() {
    }

    /** Whether lines are long enough. */
    static boolean applies(Images out) {
        return out.width() >= PIXELS;
    }

    /** The same for the gradient of the weights, and whether there are images enough to share out. */
    static boolean appliesToWeights(Images in, Images gradient) {
        return applies(gradient) && in.count() >= TASKS / 2;
    }

    /**
     * Convolves.
     *
     * @param in images
     * @param weights the kernels, in whichever order their strides give
     * @param padH rows of zeros around the images
     * @param padW columns of zeros around them
     * @param out takes the result
     * @param finish what becomes of it
     */
    static void run(Images in, ConvWeights weights, int padH, int padW, Images out, Finish finish) {
        int vectors = MicroKernel.WIDEST == 4 && out.channels() % (2 * L) == 0 ? 2 : 1;
        int planes = in.channels() / L;
        int tile = vectors * L;
        int tileWeights = 9 * in.channels() * tile;
        float[] packed = weights.packed(DirectConv.class, WEIGHTS, out.channels() * 9 * in.channels(), array ->
                Parallel.range(out.channels() / tile * planes * 3, 1, (from, to) -> {
                    for (int i = from; i < to; i++) {
                        packRow(weights, i % 3, i / 3 % planes, i / 3 / planes * tile, tile, array, i * L * 3 * tile);
                    }
                }));
        int row = (in.width() + 2 * padW) * L;
        int band = Math.clamp(BAND / (row * planes), 2, Math.max(2, Math.ceilDiv(out.count() * out.height(), TASKS)));
        int bands = Math.ceilDiv(out.height(), band);
        Parallel.range(out.count() * bands, 1, (from, to) -> {
            int image = from / bands;
            int y0 = from % bands * band;
            int rows = Math.min(band, out.height() - y0);
            int plane = (rows + 2) * row;
            float[] x = PLANES.floats(planes * plane);
            toPlanes(in, image, y0 - padH, rows + 2, padW, x);
            for (int k = 0; k < out.channels(); k += tile) {
                for (int y = 0; y < rows; y++) {
                    int line = out.offset() + (image * out.height() + y0 + y) * out.width() * out.channels() + k;
                    line(vectors, x, y * row, row, plane, planes, packed, k / tile * tileWeights, out, line);
                }
            }
            finish.block((image * out.height() + y0) * out.width(), rows * out.width(), 0, out.channels());
        });
    }

    /** One line of the result for one tile of output channels. The last pixels may be computed twice, to the same bits. */
    private static void line(int vectors, float[] x, int xo, int row, int plane, int planes, float[] w, int wo, Images out, int yo) {
        int pixel = out.channels();
        int width = out.width();
        for (int i = 0; i < width; i += PIXELS) {
            int left = width - i;
            if (vectors == 1) {
                int first = Math.min(i, width - PIXELS);
                Direct8x1.run(x, xo + first * L, row, plane, planes, w, wo, out.array(), yo + first * pixel, pixel);
            } else if (left > PIXELS / 2) {
                int first = Math.min(i, width - PIXELS);
                Direct8x2.run(x, xo + first * L, row, plane, planes, w, wo, out.array(), yo + first * pixel, pixel);
            } else {
                int first = width - PIXELS / 2;
                Direct4x2.run(x, xo + first * L, row, plane, planes, w, wo, out.array(), yo + first * pixel, pixel);
            }
        }
    }

    /** One kernel row of the weights from one plane to one tile of output channels, as (channel, tap, output channel). */
    private static void packRow(ConvWeights weights, int r, int plane, int k, int tile, float[] to, int at) {
        for (int tap = 0; tap < 3; tap++) {
            weights.copy((r * 3 + tap) * weights.channels() + plane * L, L, k, tile, to, at + tap * tile, 3 * tile);
        }
    }

    /** Rows from {@code first} on of an image, as planes of (row, column, L channels); zeros where there is no image. */
    private static void toPlanes(Images in, int image, int first, int rows, int border, float[] to) {
        int row = (in.width() + 2 * border) * L;
        for (int plane = 0; plane < in.channels() / L; plane++) {
            for (int r = 0; r < rows; r++) {
                int at = (plane * rows + r) * row;
                int y = first + r;
                if (y < 0 || y >= in.height()) {
                    Arrays.fill(to, at, at + row, 0);
                    continue;
                }
                Arrays.fill(to, at, at + border * L, 0);
                Arrays.fill(to, at + row - border * L, at + row, 0);
                int from = in.offset() + (image * in.height() + y) * in.width() * in.channels() + plane * L;
                VectorRows.copy(in.array(), from, in.channels(), in.width(), L, to, at + border * L, L);
            }
        }
    }

    /**
     * The gradient for the weights.
     *
     * @param in the images
     * @param gradient the gradient of the result
     * @param padH rows of zeros around the images in the forward convolution
     * @param padW columns of zeros around them
     * @param out takes the gradient as (output channel, input channel, row, column)
     * @param offset where it begins
     */
    static void weight(Images in, Images gradient, int padH, int padW, float[] out, int offset) {
        int planes = in.channels() / L;
        int size = gradient.channels() * in.channels() * 9;
        int chunk = Math.ceilDiv(in.count(), TASKS);
        int chunks = Math.ceilDiv(in.count(), chunk);
        int xRow = in.width() * L;
        int border = 2 - padW;
        int gRow = (gradient.width() + 2 * border) * L;
        float[] sums = SUMS.floats(chunks * size);
        Parallel.range(in.count(), chunk, (from, to) -> {
            float[] x = PLANES.floats(in.height() * in.width() * in.channels());
            float[] g = BORDERED.floats(gradient.height() * gRow * (gradient.channels() / L));
            int base = from / chunk * size;
            Arrays.fill(sums, base, base + size, 0);
            for (int image = from; image < to; image++) {
                toPlanes(in, image, 0, in.height(), 0, x);
                toPlanes(gradient, image, 0, gradient.height(), border, g);
                for (int k = 0; k < gradient.channels() / L; k++) {
                    for (int c = 0; c < in.channels(); c += 4) {
                        int xo = c / L * in.height() * xRow + c % L;
                        for (int r = 0; r < 3; r++) {
                            // Rows of the gradient for which row r of the kernel lies on the image.
                            int y0 = Math.max(0, padH - r);
                            int y1 = Math.min(gradient.height(), in.height() + padH - r);
                            Direct4x3Weight.run(x, xo + (y0 - padH + r) * xRow, xRow, y1 - y0, in.width(), g,
                                    (k * gradient.height() + y0) * gRow, gRow, sums, base + ((k * in.channels() + c) * 3 + r * 4) * 3 * L);
                        }
                    }
                }
            }
        });
        Parallel.range(gradient.channels() / L * in.channels(), 4, (from, to) -> {
            int k = from / in.channels() * L;
            int c = from % in.channels();
            int at = from * 9 * L;
            for (int i = 0; i < 4 * 9; i++) {
                int target = offset + ((k * in.channels() + c + i / 3 % 4) * 9) + i / 12 * 3 + i % 3;
                for (int lane = 0; lane < L; lane++) {
                    float sum = 0;
                    for (int part = 0; part < chunks; part++) {
                        sum += sums[part * size + at + i * L + lane];
                    }
                    out[target + lane * in.channels() * 9] = sum;
                }
            }
        });
    }
}
