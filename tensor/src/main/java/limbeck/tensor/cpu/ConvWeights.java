package limbeck.tensor.cpu;

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
 */
record ConvWeights(float[] array, int offset, int taps, int channels, int rowStride, int tapStride, int channelStride, int columnStride)
        implements GemmSource {
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
}
