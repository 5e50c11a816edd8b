package limbeck.distill.relations;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Probabilistic knowledge transfer, PKT (Passalis and Tefas, ECCV 2018): for each example the others of the batch have
 * probabilities in proportion to their similarity, and the student's shall be the teacher's.
 * {@code L = 1 / N^2 sum_ij p^t_ij log((p^t_ij + 1e-7) / (p^s_ij + 1e-7))} with {@code p_ij = K_ij / sum_j K_ij},
 * {@code K = (e e^T + 1) / 2} and {@code e = f / (||f|| + 1e-7)}.
 *
 * <p>It needs one feature of each, of any shapes (N, ...); the widths may differ. The mean over N^2 makes the loss tiny, hence the
 * weight of 30000 in the literature. With equal features it is 0, and lengths of the features do not count.
 *
 * @param pair where to look; the pooled features in the paper
 */
public record ProbabilisticTransfer(Pairing pair) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("pkt", "Passalis, Tefas, ECCV 2018", Compares.RELATIONS)
            .advice("cheap and steady; needs no connector")
            .layers("pooled")
            .weight(30000)
            .builtBy(setup -> new ProbabilisticTransfer(setup.pair()));

    private static final double EPSILON = 1e-7;

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = probabilities(Rows.of(pair.teacher(moment)));
        Variable student = probabilities(Rows.of(pair.student(moment)));
        Variable ratio = Variable.of(teacher.add(EPSILON).log()).sub(student.add(EPSILON).log());
        return Variable.of(teacher).mul(ratio).mean();
    }

    private static <T extends TensorOps<T>> T probabilities(T rows) {
        T directions = Rows.unit(rows, EPSILON);
        T kernel = directions.matmulTransposed(directions).add(1).div(2);
        return kernel.div(kernel.sum(List.of(1), true));
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }
}
