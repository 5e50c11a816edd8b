package limbeck.distill.logits;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Dynamic temperature with focal-loss style weights (FLSW; Wen, Lai and Qian, "Preparing lessons: improve knowledge distillation with
 * better supervision", 2019, arXiv 1911.07471): the loss of {@link LogitKd} at {@code tau_n = tau_0 + beta (mean w - w_n)} for each
 * example, {@code w_n = (1 - cos(z_s, z_t))^gamma}. The further the student's logits point from the teacher's, the sharper the lesson.
 * The temperature is a constant to the gradient; it is kept at 1 or more, and its square multiplies each example's divergence.
 *
 * @param base tau_0 over time, above 0
 * @param beta how much the weights move the temperature
 * @param gamma the exponent
 */
public record FocalTemperature(Schedule base, double beta, double gamma) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("flsw", "Wen, Lai, Qian, 2019", Compares.LOGITS)
            .advice("kd with sharper lessons where the student is wrong")
            .schedule("temperature", 4, Range.POSITIVE, "tau of an average example")
            .option("beta", 1, "how much the weights move it")
            .option("gamma", 1, "the exponent of the weights")
            .weight(0.9).ce(0.1)
            .builtBy(setup -> new FocalTemperature(setup.schedule("temperature"), setup.number("beta"), setup.positive("gamma")));

    private static final double EPSILON = 1e-7;

    /**
     * With a constant base.
     *
     * @param base tau of an average example, above 0
     * @param beta how much the weights move it; 0 for the same temperature everywhere
     * @param gamma the exponent, above 0
     */
    public FocalTemperature(double base, double beta, double gamma) {
        this(Schedule.constant(base), beta, gamma);
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor student = direction(moment.student().logits().tensor());
        Tensor teacher = direction(moment.teacher().logits());
        // Rounding may take a cosine above 1, and a power of a negative number is none.
        Tensor weights = student.mul(teacher).sum(-1).rsub(1).clamp(0, 2).pow(gamma);
        return SampleTemperature.loss(moment, weights, base.at(moment.progress()), beta);
    }

    private static Tensor direction(Tensor logits) {
        return logits.div(logits.square().sum(List.of(logits.shape().axis(-1)), true).sqrt().add(EPSILON));
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("flsw", student, teacher);
    }
}
