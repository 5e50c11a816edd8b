package limbeck.distill.relations;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Relational distillation of distances, RKD-D (Park et al., CVPR 2019, arXiv 1904.05068): the examples of a batch shall lie as far
 * from each other in the student's space as in the teacher's, up to one scale.
 * {@code L = 1 / N^2 sum_ij Huber_1(d^s_ij / mean d^s - d^t_ij / mean d^t)} with
 * {@code d_ij = sqrt(max(|e_i - e_j|^2, 1e-12))} and {@code d_ii = 0}. The mean is that of the entries above 0; that of the student
 * is differentiated too. The mean of the loss includes the diagonal, as in the authors' code.
 *
 * <p>It needs one feature of each, of any shapes (N, ...): the widths may differ, so there is no connector. A batch of one has no
 * relations, and its loss is 0. The paper's weight is 25, beside {@link RelationalAngle} with twice that.
 *
 * @param pair where to look; the pooled features in the paper
 */
public record RelationalDistance(Pairing pair) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("rkd-d", "Park et al., CVPR 2019", Compares.RELATIONS)
            .advice("no connector and no equal widths needed; usually together with rkd-a, and large batches help")
            .layers("pooled")
            .weight(25)
            .builtBy(setup -> new RelationalDistance(setup.pair()));

    /** What keeps the slope of the root finite where two examples fall together. */
    private static final double LEAST_SQUARE = 1e-12;

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = relative(Rows.of(pair.teacher(moment)));
        return Losses.smoothL1(relative(Rows.of(pair.student(moment))), teacher, 1, Reduction.MEAN);
    }

    /** The distances by their mean. */
    private static <T extends TensorOps<T>> T relative(T rows) {
        int count = rows.shape().dim(0);
        Tensor others = rows.device().arange(count).oneHot(count).rsub(1).to(rows.dtype());
        T distances = Rows.squaredDistances(rows, rows).clamp(LEAST_SQUARE, Double.POSITIVE_INFINITY).sqrt().mul(rows.constant(others));
        // Off the diagonal each is at least 1e-6, so the entries above 0 are the N (N - 1) others.
        T mean = distances.sum().div(Math.max(1, count * (count - 1)));
        return count < 2 ? distances : distances.div(mean);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }
}
