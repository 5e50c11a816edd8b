package limbeck.tensor.cpu;

import limbeck.tensor.Precision;
import limbeck.tensor.cpu.Im2col.Axis;

/** The ways to compute a convolution without groups, and which of them is fastest for a shape and exact enough. */
enum ConvForm {
    /** A product with the matrix of {@link Im2col}: any convolution. */
    PACKED,
    /** {@link PlaneWeight}: gradients of weights that have a stride or few channels, but more than {@link LineWeight} takes. */
    PLANES,
    /** {@link DirectConv}: 3 x 3 kernels of stride 1, whole vectors of channels, and lines long enough. */
    DIRECT,
    /** {@link WinogradConv} by F(2 x 2, 3 x 3). */
    WINOGRAD_2,
    /** {@link WinogradConv} by F(4 x 4, 3 x 3), or {@link WinogradWeight}. */
    WINOGRAD_4;

    // Fewer pixels do not repay the transform of the kernels; and each pixel repays so many of them.
    private static final int PIXELS = 256;
    private static final int KERNELS_OF_A_PIXEL = 128;
    // Of kernels that are kept transformed these pixels are enough: with fewer, the product's slivers of six tiles are half empty.
    // Only of so many kernels, though, as then still come from the cache, for there are four times as many of them.
    private static final int PIXELS_OF_KEPT = 48;
    private static final int KEPT_KERNELS = 1 << 16;

    /**
     * The form of a convolution.
     *
     * @param in what is read
     * @param out what is written
     * @param vertical the kernel
     * @param horizontal the kernel
     * @param evaluation whether batch norm is folded in: then a {@link FoldedWeight} keeps transformed kernels
     */
    static ConvForm of(Images in, Images out, Axis vertical, Axis horizontal, boolean evaluation) {
        if (!isPlain(in, out, vertical, horizontal)) {
            return PACKED;
        }
        ConvForm fast = Precision.current() == Precision.STRICT ? WINOGRAD_2 : WINOGRAD_4;
        if (fast.paysOff(in, out, evaluation)) {
            return fast;
        }
        return DirectConv.applies(out) ? DIRECT : PACKED;
    }

    /**
     * The form of a gradient of weights.
     *
     * @param in the images
     * @param gradient the gradient of the result
     * @param vertical the kernel
     * @param horizontal the kernel
     */
    static ConvForm ofWeights(Images in, Images gradient, Axis vertical, Axis horizontal) {
        if (!isPlain(in, gradient, vertical, horizontal)) {
            return Simd.available() && PlaneWeight.applies(in, gradient, vertical, horizontal) ? PLANES : PACKED;
        }
        if (Precision.current() != Precision.STRICT && OuterSum.applies(gradient.channels()) && WINOGRAD_4.paysOff(in, gradient, false)) {
            return WINOGRAD_4;
        }
        return DirectConv.appliesToWeights(in, gradient) ? DIRECT : PACKED;
    }

    /** Whether this is what the forms for 3 x 3 kernels of stride 1 can compute. */
    private static boolean isPlain(Images in, Images out, Axis vertical, Axis horizontal) {
        int lanes = MicroKernel.LANES;
        return Simd.available() && isPlain(vertical) && isPlain(horizontal) && in.channels() % lanes == 0 && in.channels() > 0
                && out.channels() % lanes == 0 && out.channels() > 0;
    }

    private static boolean isPlain(Axis axis) {
        return axis.taps() == 3 && axis.stride() == 1 && axis.dilation() == 1 && axis.pad() >= 0 && axis.pad() <= 2;
    }

    /**
     * Whether a Winograd form takes less time than the direct one. It saves multiplications, more the better the tiles cover the
     * image; its transforms take as long as multiplications by 16 channels on either side.
     */
    private boolean paysOff(Images in, Images out, boolean evaluation) {
        int tile = this == WINOGRAD_2 ? 2 : 4;
        long tiles = (long) Math.ceilDiv(out.height(), tile) * Math.ceilDiv(out.width(), tile);
        double places = tiles * (tile + 2) * (tile + 2);
        double transforms = 16.0 / in.channels() + 16.0 / out.channels();
        long kernels = (long) in.channels() * out.channels();
        long least = evaluation && kernels <= KEPT_KERNELS ? PIXELS_OF_KEPT : Math.max(PIXELS, kernels / KERNELS_OF_A_PIXEL);
        return out.pixels() >= least && places * (1 + transforms) < 9.0 * out.height() * out.width();
    }
}
