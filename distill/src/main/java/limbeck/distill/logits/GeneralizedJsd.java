package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.tensor.Shape;

/**
 * The generalised Jensen-Shannon divergence (GKD; Agarwal et al., "On-policy distillation of language models", ICLR 2024, arXiv
 * 2306.13649): {@code beta KL(p_t || m) + (1 - beta) KL(p_s || m)} with {@code m = beta p_t + (1 - beta) p_s}, at temperature 1. By
 * definition it is the forward divergence {@code KL(p_t || p_s)} at {@code beta = 0}, under which the student covers all that the
 * teacher does, and the reverse one {@code KL(p_s || p_t)} at 1, under which it keeps to what the teacher prefers; 0.5 is the
 * Jensen-Shannon divergence, at most {@code log 2}.
 *
 * <p>Logits are (N, C), or (N, T, V) of sequences with targets (N, T): positions with a negative target are padding and do not count.
 * The sum over what counts is divided by its number once. All is computed from logarithms. The data is that which is given: a language
 * model's own samples, the on-policy part of the paper, are the loader's affair.
 *
 * @param beta from 0, forward, to 1, reverse
 */
public record GeneralizedJsd(double beta) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("gkd", "Agarwal et al., ICLR 2024", Compares.LOGITS)
            .advice("beta=0 is kd at temperature 1, beta=1 its reverse, which drops what the student cannot express")
            .option("beta", 0.5, "from 0, forward divergence, to 1, reverse")
            .builtBy(setup -> new GeneralizedJsd(setup.number("beta")));

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it does not lie in 0 to 1
     */
    public GeneralizedJsd {
        if (!(beta >= 0 && beta <= 1)) {
            throw new IllegalArgumentException("gkd: beta needs a number from 0, forward divergence, to 1, reverse, got " + beta);
        }
    }

    @Override
    public Variable loss(Moment moment) {
        Variable teacher = Variable.of(moment.teacher().logits().logSoftmax(-1));
        Variable student = moment.student().logits().logSoftmax(-1);
        return Tokens.mean(divergence(teacher, student), moment.targets());
    }

    private Variable divergence(Variable teacher, Variable student) {
        // The formula is 0 at both ends; the names for them are its limits, divided by beta and by 1 - beta.
        if (beta == 0) {
            return Divergence.kl(teacher, student);
        }
        if (beta == 1) {
            return Divergence.kl(student, teacher);
        }
        // log(exp a + exp b) = a + softplus(b - a)
        Variable a = teacher.add(Math.log(beta));
        Variable b = student.add(Math.log1p(-beta));
        Variable mixture = a.add(b.sub(a).softplus());
        return Divergence.kl(teacher, mixture).mul(beta).add(Divergence.kl(student, mixture).mul(1 - beta));
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("gkd", student, teacher);
    }
}
