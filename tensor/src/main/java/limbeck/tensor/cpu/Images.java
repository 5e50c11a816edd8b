package limbeck.tensor.cpu;

import limbeck.tensor.Layout;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * Images that lie channels last without gaps: element (n, c, y, x) is at
 * {@code offset + ((n * height + y) * width + x) * channels + c}.
 *
 * @param array holds them
 * @param offset where the first element lies
 * @param count how many
 * @param height their rows
 * @param width their columns
 * @param channels channels of a pixel
 */
record Images(float[] array, int offset, int count, int height, int width, int channels) {
    // Elements of a task of the conversion.
    private static final int TASK = 1 << 14;

    /**
     * A view of images, copied only if they lie otherwise.
     *
     * @param view shape (N, C, H, W), float32
     * @param scratch takes the copy
     * @return the images
     */
    static Images of(View view, Scratch scratch) {
        Layout layout = view.layout();
        float[] array = ((HostStorage) view.storage()).floats();
        int count = layout.shape().dim(0);
        int channels = layout.shape().dim(1);
        int height = layout.shape().dim(2);
        int width = layout.shape().dim(3);
        if (layout.isChannelsLast()) {
            return new Images(array, layout.offset(), count, height, width, channels);
        }
        int line = width * channels;
        float[] copy = scratch.floats(count * height * line);
        Parallel.range(count * height, 1 + TASK / (1 + line), (from, to) -> {
            for (int i = from; i < to; i++) {
                int start = layout.offset() + i / height * layout.stride(0) + i % height * layout.stride(2);
                new GemmMatrix(array, start, layout.stride(3), layout.stride(1)).copy(0, width, 0, channels, copy, i * line, channels);
            }
        });
        return new Images(copy, 0, count, height, width, channels);
    }

    /** Pixels of all images. */
    int pixels() {
        return count * height * width;
    }
}
