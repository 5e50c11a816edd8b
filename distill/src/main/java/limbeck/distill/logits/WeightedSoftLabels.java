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

/**
 * Weighted soft labels (WSLD; Zhou et al., "Rethinking soft labels for knowledge distillation: a bias-variance tradeoff perspective",
 * ICLR 2021, arXiv 2102.00650): {@code tau^2 mean_n w_n (-sum_c p_t log p_s)} with {@code p = softmax(z / tau)} and the constants
 * {@code w_n = 1 - exp(-CE_s / (CE_t + 1e-7))}, where {@code CE} are the cross-entropies with the label at temperature 1. Where the
 * student knows an example better than the teacher, the teacher counts less. A cross-entropy, not a divergence: the loss of an equal
 * student is not 0.
 *
 * @param temperature tau over time, above 0
 */
public record WeightedSoftLabels(Schedule temperature) implements Objective {
    /** Chosen by name; the values are the author's for CIFAR, those for ImageNet are a temperature of 2 and a weight of 2.5. */
    public static final Method METHOD = Method.named("wsld", "Zhou et al., ICLR 2021", Compares.LOGITS)
            .advice("where the teacher is wrong about some of the examples")
            .schedule("temperature", 4, Range.POSITIVE, "tau")
            .weight(2.25)
            .builtBy(setup -> new WeightedSoftLabels(setup.schedule("temperature")));

    private static final double EPSILON = 1e-7;

    /**
     * With a constant temperature.
     *
     * @param temperature tau, above 0; 2 for ImageNet, 4 for CIFAR
     */
    public WeightedSoftLabels(double temperature) {
        this(Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor teacher = moment.teacher().logits();
        Variable student = moment.student().logits();
        Variable soft = Losses.softCrossEntropy(student.div(tau), teacher.div(tau).softmax(-1), Reduction.NONE);
        return Variable.of(weights(student.tensor(), teacher, moment.targets())).mul(soft).mean().mul(tau * tau);
    }

    private static Tensor weights(Tensor student, Tensor teacher, Tensor labels) {
        Tensor ours = Losses.crossEntropy(student, labels, 0, Reduction.NONE);
        Tensor theirs = Losses.crossEntropy(teacher, labels, 0, Reduction.NONE);
        return ours.div(theirs.add(EPSILON)).neg().exp().rsub(1);
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("wsld", student, teacher);
        Fit.classes("wsld", student);
    }
}
