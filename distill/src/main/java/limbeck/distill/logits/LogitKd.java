package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;

/**
 * Distillation of logits (Hinton, Vinyals and Dean, 2015, arXiv 1503.02531):
 * {@code tau^2 / N sum_n KL(p_t || p_s)} with {@code p = softmax(z / tau)}. The factor {@code tau^2} keeps the gradient's
 * scale as the temperature grows; the sum over classes is divided by the batch alone.
 *
 * @param temperature tau over time, above 0
 */
public record LogitKd(Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("kd", "Hinton, Vinyals, Dean, 2015", Compares.LOGITS)
            .advice("the first to try; temperatures of 2 to 8")
            .schedule("temperature", 4, Range.POSITIVE, "tau")
            .weight(0.9).ce(0.1)
            .builtBy(setup -> new LogitKd(setup.schedule("temperature")));

    /**
     * With a constant temperature.
     *
     * @param temperature tau, above 0; the paper uses 20 for wide students and 2.5 to 4 for narrow ones
     */
    public LogitKd(double temperature) {
        this(Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        return Losses.distillation(moment.student().logits(), moment.teacher().logits(), tau, Reduction.MEAN);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("kd", student, teacher);
    }
}
