package limbeck.distill.relations;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Correlation congruence, CC (Peng et al., ICCV 2019, arXiv 1904.01802): the Gaussian kernel of all pairs of examples shall be the
 * teacher's. {@code L = ||K_s - K_t||_F^2 / N^2}, where {@code K = exp(-gamma |f_i - f_j|^2)} of features of length 1 is written as
 * its Taylor series {@code e^(-2 gamma) sum_p=0..P (2 gamma)^p / p! (f_i . f_j)^p}.
 *
 * <p>This is the paper's form, with gamma 0.4 and order 2; its weight is 100 in later code. The authors' published code does
 * something else, {@link ConsecutiveCongruence}: option {@code form=rd}.
 *
 * <p>It needs one feature of each, of any shapes (N, ...); the widths may differ.
 *
 * @param pair where to look; the pooled features in the paper
 * @param gamma the width of the kernel is {@code 1 / sqrt(2 gamma)}; above 0
 * @param order P, the last power of the series; at least 1
 */
public record CorrelationCongruence(Pairing pair, double gamma, int order) implements Objective {
    private static final double USUAL_WEIGHT = 100;

    /** Chosen by name. */
    public static final Method METHOD = Method.named("cc", "Peng et al., ICCV 2019", Compares.RELATIONS)
            .advice("form rbf as in the paper, or rd as in the authors' code, with a weight of 0.02")
            .layers("pooled")
            .option("form", "rbf", "rbf: kernels of all pairs (paper); rd: differences of consecutive examples (authors' code)")
            .option("gamma", 0.4, "form rbf: the kernel is exp(-gamma distance^2)")
            .option("order", 2, "form rbf: the last power of the Taylor series")
            .option("dimensions", 128, "form rd: the width that both features are embedded in")
            .weight(USUAL_WEIGHT)
            .builtBy(CorrelationCongruence::build);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if gamma is not above 0, or the order is below 1
     */
    public CorrelationCongruence {
        if (!(gamma > 0) || order < 1) {
            throw new IllegalArgumentException("cc: needs a gamma above 0 and an order of at least 1, such as 0.4 and 2, got "
                    + gamma + " and " + order);
        }
    }

    private static Objective build(Setup setup) {
        if (setup.oneOf("form", "rbf", "rd").equals("rbf")) {
            return new CorrelationCongruence(setup.pair(), setup.positive("gamma"), setup.count("order"));
        }
        if (!setup.isGiven(Method.WEIGHT)) {
            throw setup.complaint("form=rd sums over all dimensions and needs a weight of its own; the authors use weight=0.02");
        }
        if (setup.count("dimensions") < 1) {
            throw setup.complaint("dimensions needs a whole number of 1 or more, such as 128, got 0");
        }
        var objective = ConsecutiveCongruence.of(setup.pair(), setup.count("dimensions"), setup.key());
        setup.place(objective.student());
        setup.place(objective.teacher());
        return objective;
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = kernel(Rows.of(pair.teacher(moment)));
        return Losses.mse(kernel(Rows.of(pair.student(moment))), teacher, Reduction.MEAN);
    }

    /** By Horner's rule: 1 + 2 gamma c (1 + 2 gamma c / 2 (1 + ...)). */
    private <T extends TensorOps<T>> T kernel(T rows) {
        T directions = Rows.unit(rows, 0);
        T scaled = directions.matmulTransposed(directions).mul(2 * gamma);
        T series = scaled.div(order).add(1);
        for (int p = order - 1; p > 0; p--) {
            series = series.mul(scaled).div(p).add(1);
        }
        return series.mul(Math.exp(-2 * gamma));
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }
}
