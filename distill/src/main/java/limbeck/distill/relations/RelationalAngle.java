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
 * Relational distillation of angles, RKD-A (Park et al., CVPR 2019, arXiv 1904.05068): the triangles that the examples of a batch
 * form shall have the same angles in the student's space as in the teacher's.
 * {@code L = 1 / N^3 sum_ijk Huber_1(a^s_ijk - a^t_ijk)} with {@code a_ijk = v_ij . v_ik} and
 * {@code v_ij = (e_j - e_i) / |e_j - e_i|}. The mean includes the degenerate triangles, as in the authors' code.
 *
 * <p>It needs one feature of each, of any shapes (N, ...); the widths may differ. It holds N^2 D and N^3 numbers, which is 2 million
 * of the latter for a batch of 128. The paper's weight is 50, beside {@link RelationalDistance} with half of it.
 *
 * @param pair where to look; the pooled features in the paper
 */
public record RelationalAngle(Pairing pair) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("rkd-a", "Park et al., CVPR 2019", Compares.RELATIONS)
            .advice("stricter than rkd-d and stronger with it; its cost grows with the cube of the batch")
            .layers("pooled")
            .weight(50)
            .builtBy(setup -> new RelationalAngle(setup.pair()));

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = angles(Rows.of(pair.teacher(moment)));
        return Losses.smoothL1(angles(Rows.of(pair.student(moment))), teacher, 1, Reduction.MEAN);
    }

    /** The cosines (N, N, N): [i][j][k] is that of the angle at i between j and k. */
    private static <T extends TensorOps<T>> T angles(T rows) {
        T directions = Rows.unit(rows.unsqueeze(0).sub(rows.unsqueeze(1)), 0);
        return directions.matmulTransposed(directions);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }
}
