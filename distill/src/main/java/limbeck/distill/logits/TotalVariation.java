package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.tensor.Shape;

/**
 * The total variation distance (Wen et al., "f-divergence minimization for sequence-level knowledge distillation", ACL 2023, arXiv
 * 2307.15190): {@code mean_n 1/2 sum_c |p_t - p_s|} at temperature 1, from 0 to 1. Symmetric, and no example can dominate: it forgives
 * outliers, but moves slowly where the student is far off.
 *
 * <p>Logits are (N, C), or (N, T, V) of sequences with targets (N, T): positions with a negative target are padding and do not count.
 */
public record TotalVariation() implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("tvd", "Wen et al., ACL 2023", Compares.LOGITS)
            .advice("where the teacher is wrong about some of the examples; beside the labels")
            .builtBy(_ -> new TotalVariation());

    @Override
    public Variable loss(Moment moment) {
        Variable teacher = Variable.of(moment.teacher().logits().softmax(-1));
        Variable student = moment.student().logits().softmax(-1);
        return Tokens.mean(student.sub(teacher).abs().sum(-1).mul(0.5), moment.targets());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("tvd", student, teacher);
    }
}
