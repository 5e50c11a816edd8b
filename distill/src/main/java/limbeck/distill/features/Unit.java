package limbeck.distill.features;

import java.util.List;
import limbeck.tensor.TensorOps;

/** Lengths and vectors of length 1, with gradients that stay finite at 0. */
final class Unit {
    private Unit() {
    }

    /**
     * {@code x / max(||x||, 1e-12)} along the last axis. The square of the length is clamped before the root, whose slope at 0 has no
     * bound; for x = 0, as of a dead channel, value and gradient are finite.
     */
    static <T extends TensorOps<T>> T vectors(T x) {
        return x.div(x.square().sum(List.of(x.shape().rank() - 1), true).clamp(1e-24, Double.POSITIVE_INFINITY).sqrt());
    }

    /** {@code ||x||} along the last axis, (..., D) to (...); exactly 0 with a gradient of 0 for x = 0. */
    static <T extends TensorOps<T>> T length(T x) {
        T square = x.square().sum(-1);
        return square.gate(square.clamp(1e-24, Double.POSITIVE_INFINITY).sqrt());
    }
}
