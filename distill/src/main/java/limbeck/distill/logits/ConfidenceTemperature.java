package limbeck.distill.logits;

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
 * Dynamic temperature with confidence weights by the student's maximum (CWSM; Wen, Lai and Qian, "Preparing lessons: improve knowledge
 * distillation with better supervision", 2019, arXiv 1911.07471): the loss of {@link LogitKd} at {@code tau_n = tau_0 + beta (mean w -
 * w_n)} for each example, {@code w_n = 1 / (max_c softmax(z_s) + 1e-3)}. The less sure the student, the sharper the lesson. The
 * temperature is a constant to the gradient; it is kept at 1 or more, and its square multiplies each example's divergence.
 *
 * @param base tau_0 over time, above 0
 * @param beta how much the weights move the temperature
 */
public record ConfidenceTemperature(Schedule base, double beta) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("cwsm", "Wen, Lai, Qian, 2019", Compares.LOGITS)
            .advice("kd with sharper lessons where the student is unsure; lower beta for many classes")
            .schedule("temperature", 4, Range.POSITIVE, "tau of an average example")
            .option("beta", 1, "how much the weights move it")
            .weight(0.9).ce(0.1)
            .builtBy(setup -> new ConfidenceTemperature(setup.schedule("temperature"), setup.number("beta")));

    private static final double EPSILON = 1e-3;

    /**
     * With a constant base.
     *
     * @param base tau of an average example, above 0
     * @param beta how much the weights, from 1 to the number of classes, move it; 0 for the same temperature everywhere
     */
    public ConfidenceTemperature(double base, double beta) {
        this(Schedule.constant(base), beta);
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor confidence = moment.student().logits().tensor().softmax(-1).max(-1);
        return SampleTemperature.loss(moment, confidence.add(EPSILON).reciprocal(), base.at(moment.progress()), beta);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("cwsm", student, teacher);
    }
}
