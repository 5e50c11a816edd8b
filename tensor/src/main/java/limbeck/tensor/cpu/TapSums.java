package limbeck.tensor.cpu;

/**
 * The innermost loop of a {@link LineWeight}: sums over the pixels of some lines, for some taps of the convolution by one or two vectors of
 * output channels, held in registers. The classes are written by {@code MicroKernelSources}, among the tests.
 */
abstract class TapSums {
    /**
     * Adds to a tile of sums.
     *
     * @param taps how far behind the first tap each of them lies
     * @param first the first tap of the tile
     * @param lines of the result
     * @param pixels of a line
     * @param a holds the image, with its border
     * @param ao the first tap of the first pixel
     * @param lda from a line of the result to the next
     * @param b holds the gradient, lines one behind the other
     * @param bo where it begins
     * @param ldb the distance of pixels
     * @param c holds the sums as (tap, output channel of the tile)
     * @param co where the tile begins
     */
    abstract void run(int[] taps, int first, int lines, int pixels, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co);
}
