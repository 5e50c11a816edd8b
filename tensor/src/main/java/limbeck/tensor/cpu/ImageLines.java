package limbeck.tensor.cpu;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * Images of few channels as a convolution reads them: planes of lines with their border of zeros, in which a tap lies side by side for
 * neighbouring pixels of the result. With a stride a line holds every such column from the first on, then from the second on, and so on.
 * Some lines of an image are copied at a time, once for all taps; without padding and stride they are read where they lie.
 */
final class ImageLines {
    private static final int FEW = 4;
    private static final Scratch COPY = new Scratch();

    private final Axis vertical;
    private final Axis horizontal;
    private final float[] image;
    private final Layout layout;
    private final boolean inPlace;
    // Columns that lie side by side, and the distances of lines and planes.
    private final int together;
    private final int row;
    private final int plane;

    /**
     * Lines of the image.
     *
     * @param array holds them
     * @param start the first tap of the first pixel
     */
    record Lines(float[] array, int start) {
    }

    /**
     * Images for a convolution.
     *
     * @param in (N, C, H, W), any layout
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     * @param width pixels of a line of the result
     * @param most lines of the result at a time
     */
    ImageLines(View in, Axis vertical, Axis horizontal, int width, int most) {
        this.vertical = vertical;
        this.horizontal = horizontal;
        image = ((HostStorage) in.storage()).floats();
        layout = in.layout();
        inPlace = vertical.pad() == 0 && horizontal.pad() == 0 && horizontal.stride() == 1 && layout.stride(3) == 1;
        together = Math.ceilDiv(extent(width, horizontal), horizontal.stride());
        row = inPlace ? layout.stride(2) : together * horizontal.stride();
        plane = inPlace ? layout.stride(1) : extent(most, vertical) * row;
    }

    /**
     * Whether there are few channels, of which the matrix of {@link Im2col} would take longer to copy than to multiply, and few enough taps
     * to be added up in one go. Where taps do not overlap, that matrix holds each element once; and with a stride, columns that lie apart would
     * be copied one by one.
     *
     * @param in (N, C, H, W)
     * @param vertical the kernel along the height
     * @param horizontal the kernel along the width
     */
    static boolean pays(View in, Axis vertical, Axis horizontal) {
        int channels = in.shape().dim(1);
        return Simd.available() && channels <= FEW && channels < MicroKernel.LANES && horizontal.stride() < horizontal.taps()
                && (horizontal.stride() == 1 || in.layout().stride(3) == 1)
                && vertical.taps() * horizontal.taps() * channels <= MicroKernel.INNER;
    }

    /** How far behind its first one the taps of a pixel lie, in the order of {@link Im2col}: row, column, channel. */
    int[] taps() {
        int channels = layout.shape().dim(1);
        int[] taps = new int[vertical.taps() * horizontal.taps() * channels];
        for (int k = 0; k < taps.length; k++) {
            int tap = k / channels;
            int column = tap % horizontal.taps() * horizontal.dilation();
            taps[k] = k % channels * plane + tap / horizontal.taps() * vertical.dilation() * row
                    + column % horizontal.stride() * together + column / horizontal.stride();
        }
        return taps;
    }

    /** From a line of the result to the next. */
    int step() {
        return vertical.stride() * row;
    }

    /** What lies under so many lines of the result, of image n from line y on; valid until the same thread asks again. */
    Lines of(int n, int y, int count) {
        int first = y * vertical.stride();
        if (inPlace) {
            return new Lines(image, layout.offset() + n * layout.stride(0) + first * row);
        }
        int channels = layout.shape().dim(1);
        float[] copy = COPY.floats(channels * plane);
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < extent(count, vertical); i++) {
                copy(n, c, first - vertical.pad() + i, copy, c * plane + i * row);
            }
        }
        return new Lines(copy, 0);
    }

    private void copy(int n, int c, int y, float[] to, int at) {
        int stride = horizontal.stride();
        if (y < 0 || y >= layout.shape().dim(2)) {
            Arrays.fill(to, at, at + row, 0);
            return;
        }
        int from = layout.offset() + n * layout.stride(0) + c * layout.stride(1) + y * layout.stride(2);
        for (int phase = 0; phase < stride; phase++) {
            // Column x of the image is number (x + pad - phase) / stride of those that lie together.
            int begin = Math.clamp(Math.ceilDiv(horizontal.pad() - phase, stride), 0, together);
            int end = Math.clamp(Math.ceilDiv(horizontal.pad() - phase + layout.shape().dim(3), stride), begin, together);
            int target = at + phase * together;
            int first = from + (begin * stride + phase - horizontal.pad()) * layout.stride(3);
            Arrays.fill(to, target, target + begin, 0);
            copy(image, first, stride * layout.stride(3), end - begin, to, target + begin);
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
}
