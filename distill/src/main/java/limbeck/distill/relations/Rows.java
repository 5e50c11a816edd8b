package limbeck.distill.relations;

import java.util.List;
import limbeck.tensor.TensorOps;

/** What the relations share: the examples of a batch as rows (N, D), their directions, and their distances. */
final class Rows {
    /** What keeps the root's slope finite: the square of 1e-12. */
    private static final double LEAST_SQUARE = 1e-24;

    private Rows() {
    }

    /** Each example's feature as one row: (N, ...) becomes (N, D). */
    static <T extends TensorOps<T>> T of(T feature) {
        return feature.flatten(1);
    }

    /**
     * Vectors along the last axis by their length, {@code x / (||x|| + epsilon)}. A zero vector stays zero and gets no gradient: it has
     * no direction, and {@code 1 / epsilon} as its slope would throw the student about wherever a feature dies.
     */
    static <T extends TensorOps<T>> T unit(T x, double epsilon) {
        T squared = x.square().sum(List.of(x.shape().rank() - 1), true);
        return x.mul(squared.gate(squared.clamp(LEAST_SQUARE, Double.POSITIVE_INFINITY).sqrt().add(epsilon).reciprocal()));
    }

    /**
     * {@code |a_i - b_j|^2} of all rows as (N, M), never negative. Both are moved by the same vector first, which changes no distance:
     * {@code |a|^2 + |b|^2 - 2 ab} loses the digits that lie in the features' common mean, and features behind a ReLU have a large one.
     */
    static <T extends TensorOps<T>> T squaredDistances(T a, T b) {
        T middle = b.detach().mean(List.of(0), true);
        T from = a.sub(middle);
        T to = b.sub(middle);
        T lengths = from.square().sum(List.of(1), true).add(to.square().sum(1).unsqueeze(0));
        return lengths.sub(from.matmulTransposed(to).mul(2)).clamp(0, Double.POSITIVE_INFINITY);
    }
}
