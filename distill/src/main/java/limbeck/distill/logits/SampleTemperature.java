package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.tensor.Tensor;

/**
 * Distillation at a temperature for each example, from weights that say how hard it is: {@code tau_n = tau_0 + beta (mean w - w_n)},
 * so that what weighs more is taught at a lower temperature. {@code 1/N sum_n tau_n^2 KL(p_t || p_s)}.
 */
final class SampleTemperature {
    private SampleTemperature() {
    }

    static Variable loss(Moment moment, Tensor weights, double base, double beta) {
        Tensor tau = of(weights, base, beta).unsqueeze(-1);
        Tensor teacher = moment.teacher().logits().div(tau).logSoftmax(-1);
        Variable student = moment.student().logits().div(Variable.of(tau)).logSoftmax(-1);
        return Divergence.kl(Variable.of(teacher), student).mul(Variable.of(tau.squeeze(-1).square())).mean();
    }

    /** No lower than 1, or than a base below it: a large weight would make the temperature negative. */
    static Tensor of(Tensor weights, double base, double beta) {
        Tensor tau = weights.mean().sub(weights).mul(beta).add(base);
        return tau.clamp(Math.min(1, base), Double.POSITIVE_INFINITY);
    }
}
