package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Shape;

/**
 * Matching of logits (Ba and Caruana, "Do deep nets really need to be deep?", NeurIPS 2014): {@code mean_{n,c} (z_s - z_t)^2}, over
 * all elements. It is what {@link LogitKd} turns into as the temperature grows, for logits of mean 0 and up to a factor.
 */
public record MseLogits() implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("mse-logits", "Ba, Caruana, NeurIPS 2014", Compares.LOGITS)
            .advice("no temperature to choose; good where the student has nearly the teacher's size")
            .builtBy(_ -> new MseLogits());

    @Override
    public Variable loss(Moment moment) {
        return Losses.mse(moment.student().logits(), moment.teacher().logits(), Reduction.MEAN);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("mse-logits", student, teacher);
    }
}
