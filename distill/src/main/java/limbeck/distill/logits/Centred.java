package limbeck.distill.logits;

import java.util.List;
import limbeck.tensor.TensorOps;

/** Slices of a matrix less their means, for losses that look at the shape of a slice alone. */
final class Centred {
    /** What rounding leaves of a slice of equal numbers, relative to their squares. */
    private static final double ROUNDING = 1e-12;
    /** Below any square that matters; it keeps the root's gradient finite. */
    private static final double TINY = 1e-30;

    private Centred() {
    }

    /**
     * Less the mean along an axis. A slice whose numbers are all equal has no direction: it becomes 0 and gets no gradient, where the
     * formulas that divide by its norm would give 0 / 0 or a gradient of the size of 1 / epsilon, as at a classifier that begins with
     * zeros.
     */
    static <T extends TensorOps<T>> T of(T x, int axis) {
        T centred = x.sub(x.mean(List.of(x.shape().axis(axis)), true));
        T spread = squares(centred.detach(), axis);
        T varies = spread.gt(squares(x.detach(), axis).mul(ROUNDING)).cast(x.dtype());
        return centred.mul(varies);
    }

    /** The norm of each slice; that of zeros is 0, up to 1e-15, with a gradient of 0. */
    static <T extends TensorOps<T>> T norm(T x, int axis) {
        return squares(x, axis).clamp(TINY, Double.POSITIVE_INFINITY).sqrt();
    }

    private static <T extends TensorOps<T>> T squares(T x, int axis) {
        return x.square().sum(List.of(x.shape().axis(axis)), true);
    }
}
