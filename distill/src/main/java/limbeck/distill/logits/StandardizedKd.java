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
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Logit standardization (Sun et al., CVPR 2024, arXiv 2403.01427): both sides' logits become {@code z' = (z - mean_c z) / (1e-7 + std_c
 * z)}, with the unbiased deviation over the classes, and then {@code tau^2 / N sum_n KL(softmax(z'_t / tau) || softmax(z'_s / tau))}.
 * The student need not reach the teacher's range of logits, only its shape. Labels are compared with the logits as they are.
 *
 * <p>Equal logits have no shape: such an example adds what it adds, but no gradient. By the formula it would be of the size of 1e7.
 *
 * @param temperature tau over time, above 0
 */
public record StandardizedKd(Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("logit-standardization", "Sun et al., CVPR 2024", Compares.LOGITS)
            .advice("where the teacher's logits are much larger than the student's can be")
            .schedule("temperature", 2, Range.POSITIVE, "tau")
            .weight(9)
            .builtBy(setup -> new StandardizedKd(setup.schedule("temperature")));

    private static final double EPSILON = 1e-7;

    /**
     * With a constant temperature.
     *
     * @param temperature tau, above 0; 2 in the paper
     */
    public StandardizedKd(double temperature) {
        this(Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = standardise(moment.teacher().logits());
        Variable student = standardise(moment.student().logits());
        return Losses.distillation(student, teacher, temperature.at(moment.progress()), Reduction.MEAN);
    }

    private static <T extends TensorOps<T>> T standardise(T logits) {
        T centred = Centred.of(logits, -1);
        T deviation = Centred.norm(centred, -1).div(Math.sqrt(logits.shape().dim(-1) - 1));
        return centred.div(deviation.add(EPSILON));
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("logit-standardization", student, teacher);
        Fit.classes("logit-standardization", student);
    }
}
