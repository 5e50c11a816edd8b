package limbeck.benchmarks.gpu;

import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NCHW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TENSOR_NHWC;

/** How cuDNN finds the elements of images and of weights. */
enum ImageOrder {
    /** All channels of a pixel beside each other, as ours are. */
    CHANNELS_LAST(CUDNN_TENSOR_NHWC),
    /** All pixels of a channel beside each other. */
    PIXELS_LAST(CUDNN_TENSOR_NCHW);

    private final int format;

    ImageOrder(int format) {
        this.format = format;
    }

    /** cuDNN's number for it. */
    int format() {
        return format;
    }

    /** Puts elements with channels last into this order. A pattern, which is shorter, is in any order. */
    float[] from(float[] elements, int images, int channels) {
        return this == CHANNELS_LAST || elements.length % (images * channels) != 0 ? elements
                : transposed(elements, images, elements.length / images / channels, channels);
    }

    /** The way back. */
    float[] back(float[] elements, int images, int channels) {
        return this == CHANNELS_LAST ? elements : transposed(elements, images, channels, elements.length / images / channels);
    }

    private static float[] transposed(float[] elements, int images, int rows, int columns) {
        float[] result = new float[elements.length];
        for (int n = 0; n < images; n++) {
            int start = n * rows * columns;
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    result[start + c * rows + r] = elements[start + r * columns + c];
                }
            }
        }
        return result;
    }
}
