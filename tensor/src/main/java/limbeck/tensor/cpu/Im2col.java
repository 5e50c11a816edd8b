package limbeck.tensor.cpu;

import java.util.Arrays;

/**
 * The matrix that turns a convolution into a product (Chellapilla, Puri and Simard 2006), never laid out in memory: a
 * row for each pixel (n, y, x) of the result, a column for each (r, s, c) of the kernel's rows, columns and channels.
 * Element ((n, y, x), (r, s, c)) is the image at {@code (n, y * strideH - padH + r * dilationH, x * strideW - padW + s *
 * dilationW, c)}, or 0 outside of it.
 *
 * @param image the image, channels last
 * @param offset where its first element, or the first channel of a group, lies
 * @param pixel the distance of its pixels: the channels of all groups
 * @param channels the channels of a group
 * @param height rows of the image
 * @param width columns of the image
 * @param outHeight rows of the result
 * @param outWidth columns of the result
 * @param vertical the kernel along the height
 * @param horizontal the kernel along the width
 */
record Im2col(float[] image, int offset, int pixel, int channels, int height, int width, int outHeight, int outWidth, Axis vertical,
        Axis horizontal) implements GemmSource {
    private static final Scratch LINE = new Scratch();

    /**
     * A kernel along one axis of the image.
     *
     * @param taps its length
     * @param stride its step from one pixel of the result to the next
     * @param pad how far before the image it begins; negative if inside
     * @param dilation the distance of its taps
     */
    record Axis(int taps, int stride, int pad, int dilation) {
        /** Whether it reads each pixel for itself. */
        boolean isPoint() {
            return taps == 1 && stride == 1 && pad == 0;
        }

        /** Where the first tap lies for a pixel of the result. */
        int start(int out) {
            return out * stride - pad;
        }

        /** Whether a tap lies on a pixel of the image for any pixel of the result, were there enough of them. */
        boolean meets(int in, int tap) {
            return (in + pad - tap * dilation) % stride == 0;
        }

        /** For which pixel of the result it does; one that is not there if negative or too large. */
        int result(int in, int tap) {
            return Math.floorDiv(in + pad - tap * dilation, stride);
        }

        /** The first pixel of the result, at most {@code limit}, from which on a tap does not lie before the image. */
        int firstInside(int tap, int limit) {
            return Math.clamp(Math.ceilDiv(pad - tap * dilation, stride), 0, limit);
        }

        /** One past the last pixel of the result, at most {@code limit}, for which a tap does not lie behind the image. */
        int endInside(int tap, int extent, int limit) {
            return Math.clamp(Math.floorDiv(extent - 1 + pad - tap * dilation, stride) + 1, 0, limit);
        }
    }

    @Override
    public void copy(int row, int rows, int column, int columns, float[] to, int at, int ld) {
        int done = 0;
        while (done < rows) {
            // The rest of one row of pixels at a time.
            int x = (row + done) % outWidth;
            int line = (row + done) / outWidth;
            int count = Math.min(rows - done, outWidth - x);
            copyLine(line / outHeight, line % outHeight, x, x + count, column, column + columns, to, at + done * ld, ld);
            done += count;
        }
    }

    private void copyLine(int n, int y, int x0, int x1, int column, int end, float[] to, int at, int ld) {
        // Taps side by side in memory are copied as one.
        boolean joined = horizontal.dilation == 1 && pixel == channels;
        int run = joined ? horizontal.taps * channels : channels;
        int from = column;
        while (from < end) {
            int until = Math.min(end, (from / run + 1) * run);
            int tap = from / channels;
            int r = tap / horizontal.taps;
            int s = tap % horizontal.taps;
            int last = (until - 1) / channels % horizontal.taps;
            int inY = vertical.start(y) + r * vertical.dilation;
            int target = at + from - column;
            if (inY < 0 || inY >= height) {
                clear(x1 - x0, until - from, to, target, ld);
            } else if (joined && channels < MicroKernel.LANES && horizontal.pad > 0) {
                float[] line = bordered(image, offset + (n * height + inY) * width * pixel, width, pixel, horizontal, outWidth);
                copyRows(line, x0 * horizontal.stride * pixel + from % run, x1 - x0, from - column, until - from, to, at, ld);
            } else {
                // Pixels whose taps s to last all lie inside; those at either side of them one by one.
                int inside = Math.clamp(horizontal.firstInside(s, outWidth), x0, x1);
                int outside = Math.clamp(horizontal.endInside(last, width, outWidth), inside, x1);
                int start = offset + (n * height + inY) * width * pixel + from % channels;
                for (int x = x0; x < inside; x++) {
                    border(start, x, s, last, from, until, to, target + (x - x0) * ld);
                }
                copyRows(image, start + (horizontal.start(inside) + s * horizontal.dilation) * pixel, outside - inside, from - column,
                        until - from, to, at + (inside - x0) * ld, ld);
                for (int x = outside; x < x1; x++) {
                    border(start, x, s, last, from, until, to, target + (x - x0) * ld);
                }
            }
            from = until;
        }
    }

    /**
     * A line of an image with its border, in this thread's scratch: the taps of all pixels of the result lie inside, and behind it a
     * vector of zeros, so that all rows can be copied by whole ones. For short rows that takes less time than to copy those at the border
     * one by one.
     *
     * @param image holds it
     * @param line where it begins
     * @param width its pixels
     * @param pixel the elements of a pixel
     * @param horizontal the kernel; its padding is not negative
     * @param outWidth pixels of a line of the result
     * @return the line, from element 0 on
     */
    static float[] bordered(float[] image, int line, int width, int pixel, Axis horizontal, int outWidth) {
        int length = ((outWidth - 1) * horizontal.stride + horizontal.taps) * pixel;
        // Of a wide border and a large stride all may be read before the image begins.
        int border = Math.min(length, horizontal.pad * pixel);
        int end = Math.min(length, border + width * pixel);
        float[] to = LINE.floats(length + MicroKernel.LANES);
        Arrays.fill(to, 0, border, 0);
        System.arraycopy(image, line, to, border, end - border);
        Arrays.fill(to, end, length + MicroKernel.LANES, 0);
        return to;
    }

    /** Rows that lie a stride apart, to column {@code column} of the block and on. */
    private void copyRows(float[] line, int start, int rows, int column, int columns, float[] to, int at, int ld) {
        int stride = horizontal.stride * pixel;
        // A whole vector a row, if what it writes too much is behind the block or written after it.
        boolean fits = Simd.available() && columns < VectorRows.LANES && column + VectorRows.LANES <= ld;
        int loose = fits ? VectorRows.copyLoosely(line, start, stride, rows, to, at + column, ld) : 0;
        GemmMatrix.copyRows(line, start + loose * stride, stride, rows - loose, columns, to, at + column + loose * ld, ld);
    }

    /** Columns from to until, the taps s to last of one kernel row, for a pixel where some of them may lie outside. */
    private void border(int start, int x, int s, int last, int from, int until, float[] to, int target) {
        int column = from;
        for (int tap = s; tap <= last; tap++) {
            int next = Math.min(until, (column / channels + 1) * channels);
            int inX = horizontal.start(x) + tap * horizontal.dilation;
            if (inX < 0 || inX >= width) {
                Arrays.fill(to, target + column - from, target + next - from, 0);
            } else {
                int line = start - from % channels;
                System.arraycopy(image, line + inX * pixel + column % channels, to, target + column - from, next - column);
            }
            column = next;
        }
    }

    private static void clear(int rows, int columns, float[] to, int at, int ld) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(to, at + r * ld, at + r * ld + columns, 0);
        }
    }
}
