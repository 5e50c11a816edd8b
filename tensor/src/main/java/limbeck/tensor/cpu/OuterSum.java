package limbeck.tensor.cpu;

/**
 * Sums of outer products, as gradients of weights are: at each tile or pixel the channels of the image times those of the result's
 * gradient. Both lie in blocks of L channels, (block, tile, L channels).
 */
final class OuterSum {
    private static final int L = MicroKernel.LANES;
    // Output channels that are summed side by side where the widest tile of sums does not fit.
    private static final int NARROW = MicroKernel.WIDEST == 4 ? L : 2 * L;

    private OuterSum() {
    }

    /** Whether so many output channels divide into tiles of sums. */
    static boolean applies(int outputs) {
        return outputs % NARROW == 0;
    }

    /** How many output channels are summed side by side. */
    static int width(int outputs) {
        return isWide(outputs) ? 2 * L : NARROW;
    }

    /** Whether to sum in tiles of 8 channels by two whole vectors, for which only the widest machines have the registers. */
    private static boolean isWide(int outputs) {
        return MicroKernel.WIDEST == 4 && outputs % (2 * L) == 0;
    }

    /**
     * Adds to the sums.
     *
     * @param count how many tiles or pixels
     * @param channels of the image, a multiple of L
     * @param v the image
     * @param vo where it begins
     * @param vBlock the distance of its blocks
     * @param outputs channels of the result, as {@link #applies} says
     * @param d the gradient
     * @param dO where it begins
     * @param dBlock the distance of its blocks
     * @param sums the sums as (tile of {@link #width} output channels, channel, output channel)
     * @param so where they begin
     */
    static void add(int count, int channels, float[] v, int vo, int vBlock, int outputs, float[] d, int dO, int dBlock, float[] sums, int so) {
        int width = width(outputs);
        int step = isWide(outputs) ? 8 : width == L ? 16 : 4;
        for (int k = 0; k < outputs; k += width) {
            int dk = dO + k / L * dBlock;
            for (int c = 0; c < channels; c += step) {
                int vc = vo + c / L * vBlock + c % L;
                int sum = so + k * channels + c * width;
                switch (step) {
                    case 8 -> OuterSum8x2.run(count, v, vc, d, dk, dBlock, sums, sum);
                    case 16 -> OuterSum16x1.run(count, v, vc, d, dk, sums, sum);
                    default -> OuterSum4x2.run(count, v, vc, d, dk, dBlock, sums, sum);
                }
            }
        }
    }
}
