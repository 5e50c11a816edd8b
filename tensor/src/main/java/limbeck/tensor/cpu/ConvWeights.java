package limbeck.tensor.cpu;

import java.util.function.Consumer;

/**
 * The weights of a convolution as the right operand of its product: rows (r, s, c) over the kernel's rows, its columns
 * and the channels that are summed, in the order of {@link Im2col}, and a column for each channel of the result.
 *
 * @param array holds the weights
 * @param offset where element (0, 0, 0), column 0, lies
 * @param taps the kernel's columns
 * @param channels how many channels are summed
 * @param rowStride the distance of the kernel's rows, negative if they are read backwards
 * @param tapStride the distance of the kernel's columns, negative if they are read backwards
 * @param channelStride the distance of the channels that are summed
 * @param columnStride the distance of the channels of the result
 * @param folded what may keep them packed; null for a gradient's
 */
record ConvWeights(float[] array, int offset, int taps, int channels, int rowStride, int tapStride, int channelStride, int columnStride,
        FoldedWeight folded) implements GemmSource {
    /** Weights that are packed by each call anew. */
    ConvWeights(float[] array, int offset, int taps, int channels, int rowStride, int tapStride, int channelStride, int columnStride) {
        this(array, offset, taps, channels, rowStride, tapStride, channelStride, columnStride, null);
    }

    /** Whether a batch norm is folded in, as in evaluation. */
    boolean isScaled() {
        return folded != null && folded.isScaled();
    }

    /**
     * The weights as a form of convolution wants them.
     *
     * @param form whose packing it is
     * @param scratch takes them, where they are not kept
     * @param length how many floats they take
     * @param pack fills an array of at least that length
     */
    float[] packed(Object form, Scratch scratch, int length, Consumer<float[]> pack) {
        if (folded != null && folded.isKept()) {
            return folded.packed(form, length, pack);
        }
        float[] array = scratch.floats(length);
        pack.accept(array);
        return array;
    }

    @Override
    public void copy(int row, int rows, int column, int columns, float[] to, int at, int ld) {
        for (int i = 0; i < rows; i++) {
            int tap = (row + i) / channels;
            int channel = (row + i) % channels;
            int from = offset + tap / taps * rowStride + tap % taps * tapStride + channel * channelStride + column * columnStride;
            for (int j = 0; j < columns; j++) {
                to[at + i * ld + j] = array[from + j * columnStride];
            }
        }
    }

    /**
     * Copies 3 x 3 kernels, to be transformed.
     *
     * @param channel the first channel that is summed
     * @param count how many of them
     * @param column the first channel of the result
     * @param columns how many of them
     * @param to takes the kernels as (channel, row, tap, column)
     */
    void copyTaps(int channel, int count, int column, int columns, float[] to) {
        int from = offset + channel * channelStride + column * columnStride;
        // Whatever lies closer together goes innermost.
        if (Math.abs(channelStride) < Math.abs(columnStride)) {
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < count; i++) {
                    copyKernel(from + i * channelStride + j * columnStride, to, i * 9 * columns + j, columns);
                }
            }
        } else {
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < columns; j++) {
                    copyKernel(from + i * channelStride + j * columnStride, to, i * 9 * columns + j, columns);
                }
            }
        }
    }

    private void copyKernel(int from, float[] to, int at, int step) {
        for (int r = 0; r < 3; r++) {
            to[at + 3 * r * step] = array[from + r * rowStride];
            to[at + (3 * r + 1) * step] = array[from + r * rowStride + tapStride];
            to[at + (3 * r + 2) * step] = array[from + r * rowStride + 2 * tapStride];
        }
    }
}
