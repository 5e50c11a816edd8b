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
 * Similarity-preserving distillation, SP (Tung and Mori, ICCV 2019, arXiv 1907.09682): examples that excite the teacher alike shall
 * excite the student alike. {@code L = ||G_s - G_t||_F^2 / N^2} with {@code G = F F^T} of the features (N, C H W), each row of G by
 * its Euclidean length; some implementations divide by the sum of absolute values instead, which is another loss.
 *
 * <p>It needs one feature of each, of any shapes (N, ...); widths and sizes may differ. The weight in the literature is 3000, since
 * the entries of G are small and the mean is over all N^2 of them.
 *
 * @param pair where to look; the last feature maps in the paper
 */
public record SimilarityPreserving(Pairing pair) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("sp", "Tung, Mori, ICCV 2019", Compares.RELATIONS)
            .advice("cheap, and works between any two architectures; needs batches of 32 or more")
            .layers("last")
            .weight(3000)
            .builtBy(setup -> new SimilarityPreserving(setup.pair()));

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = similarities(Rows.of(pair.teacher(moment)));
        return Losses.mse(similarities(Rows.of(pair.student(moment))), teacher, Reduction.MEAN);
    }

    private static <T extends TensorOps<T>> T similarities(T rows) {
        return Rows.unit(rows.matmulTransposed(rows), 0);
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }
}
