package limbeck.tensor.cpu;

/**
 * The innermost loop of a {@link LineConv}: some pixels of a line by one or two vectors of output channels, held in registers while all
 * taps of the convolution go by. As a {@link MicroKernel}, only that what a tap multiplies lies where the image has it: side by side
 * for neighbouring pixels, {@code taps[k]} behind the first tap of each. The products of an element are added up in the same order, with
 * the same rounding. The classes are written by {@code MicroKernelSources}, among the tests.
 */
abstract class TapKernel {
    /**
     * Computes a tile.
     *
     * @param taps how far behind the first tap each of them lies
     * @param a holds the image, with its border
     * @param ao the first tap of the first pixel
     * @param b holds the weights as (tap, output channel of the tile)
     * @param bo where they begin
     * @param c takes the tile, a row for each pixel
     * @param co where the tile begins
     * @param ldc the distance of its rows
     */
    abstract void run(int[] taps, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);
}
