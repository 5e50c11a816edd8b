package limbeck.tensor.cpu;

/**
 * The inner loops of pooling: one window at a time, all channels of a pixel side by side. The pixel (i, j) of a window is
 * the run of {@code c} channels at {@code at + i * row + j * c}.
 */
interface Windows {
    /** The implementation of this process. */
    Windows BEST = Simd.available() ? new VectorWindows() : new ScalarWindows();

    /** {@code z} becomes the largest element of each channel, NaN if any is. */
    void max(int height, int width, int row, int c, float[] x, int at, float[] z, int zi);

    /** {@code z} becomes the value at the place of the largest element: the first of equals, the first NaN before all. */
    void pick(int height, int width, int row, int c, float[] x, int at, float[] values, int vi, float[] z, int zi);

    /** Adds {@code g} to the element of {@code z}'s window where {@code x} is largest. */
    void scatter(int height, int width, int row, int c, float[] x, int at, float[] g, int gi, float[] z, int zi);

    /** {@code z} becomes the scaled sum. */
    void sum(int height, int width, int row, int c, float scale, float[] x, int at, float[] z, int zi);

    /** Adds the scaled {@code g} to every element of {@code z}'s window. */
    void spread(int height, int width, int row, int c, float scale, float[] g, int gi, float[] z, int zi);
}
