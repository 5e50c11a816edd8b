package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.Arrays;
import limbeck.tensor.spi.View;

/**
 * Mean and biased variance of each channel, for images that lie channels last. Pixels are cut into pieces; each takes the
 * distances from its own first pixel, lest the squares drown the variance where the mean is large, and adds them up in float. What the
 * pieces come to is put together in double, in their order.
 *
 * <p>As a {@link Finish} it goes with the convolution that makes the images, whose tasks are the pieces: each line of tiles is seen while
 * it is in the L1 cache. Once a task, from the L2 cache, gained nothing.
 */
final class Moments implements Finish {
    private static final Scratch PIVOTS = new Scratch();
    private static final Scratch SUMS = new Scratch();
    private static final Scratch SQUARES = new Scratch();

    private final float[] x;
    private final int xi;
    private final int channels;
    private final int pixels;
    private final int period;
    // Of each piece, a period of each: its first pixel over and over, and sums for each place of the period.
    private float[] pivots;
    private float[] sums;
    private float[] squares;
    // Pixels of each piece that have been seen; null before there are pieces.
    private int[] counts;

    /** For images that {@link ChannelKernels#applies} to. */
    Moments(View images) {
        x = floats(images);
        xi = images.layout().offset();
        channels = images.shape().dim(1);
        pixels = images.shape().intSize() / channels;
        period = ChannelKernels.period(channels);
    }

    private void all() {
        int piece = Math.max(1, Nest.GRAIN / channels);
        tasks(Math.ceilDiv(pixels, piece));
        Parallel.range(pixels, piece, (from, to) -> rows(from / piece, from, to - from));
    }

    @Override
    public void block(int row, int rows, int column, int columns) {
        // A block may be of some channels alone, and how the images are cut into blocks may depend on the number of threads.
    }

    @Override
    public boolean tasks(int count) {
        counts = new int[count];
        pivots = PIVOTS.floats(count * period);
        sums = SUMS.floats(count * period);
        squares = SQUARES.floats(count * period);
        return true;
    }

    @Override
    public void rows(int task, int row, int rows) {
        int from = xi + row * channels;
        int n = rows * channels;
        int whole = n - n % period;
        int at = task * period;
        if (counts[task] == 0) {
            begin(from, at);
        }
        counts[task] += rows;
        VectorChannels.moments(whole, period, x, from, pivots, sums, squares, at);
        for (int i = whole; i < n; i++) {
            float distance = x[from + i] - pivots[at + i - whole];
            sums[at + i - whole] += distance;
            squares[at + i - whole] = Math.fma(distance, distance, squares[at + i - whole]);
        }
    }

    private void begin(int from, int at) {
        for (int i = 0; i < period; i++) {
            pivots[at + i] = x[from + i % channels];
        }
        Arrays.fill(sums, at, at + period, 0);
        Arrays.fill(squares, at, at + period, 0);
    }

    /**
     * Writes the moments. Those that no convolution has taken are taken now.
     *
     * @param out (2, C), row-major
     */
    void result(View out) {
        if (counts == null) {
            all();
        }
        float[] to = floats(out);
        int at = out.layout().offset();
        for (int c = 0; c < channels; c++) {
            // About the pivot of the first piece.
            double sum = 0;
            double square = 0;
            for (int piece = 0; piece < counts.length; piece++) {
                double shift = (double) pivots[piece * period + c] - pivots[c];
                double part = 0;
                double partSquare = 0;
                for (int i = piece * period + c; i < (piece + 1) * period; i += channels) {
                    part += sums[i];
                    partSquare += squares[i];
                }
                sum += part + counts[piece] * shift;
                square += partSquare + shift * (2 * part + counts[piece] * shift);
            }
            double distance = sum / pixels;
            to[at + c] = (float) (pivots[c] + distance);
            to[at + channels + c] = (float) Math.max(0, square / pixels - distance * distance);
        }
    }
}
