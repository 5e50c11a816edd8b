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
 * Normalized distillation (NKD; Yang et al., "From knowledge distillation to self-knowledge distillation", ICCV 2023, arXiv
 * 2303.13005): {@code -mean_n p_t[y] log p_s[y] - gamma tau^2 mean_n sum_{c != y} q_t[c] log q_s[c]}. The probability {@code p} of the
 * label's class is at temperature 1; {@code q} is the softmax of the other classes' logits over tau, so that both sides sum to 1.
 * Cross-entropies, not divergences: the loss of an equal student is not 0.
 *
 * @param gamma weight of the other classes
 * @param temperature tau of the other classes over time, above 0
 */
public record NormalizedKd(double gamma, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("nkd", "Yang et al., ICCV 2023", Compares.LOGITS)
            .advice("like dkd with one weight less to choose")
            .option("gamma", 1.5, "weight of the other classes")
            .schedule("temperature", 1, Range.POSITIVE, "tau of the other classes")
            .builtBy(setup -> new NormalizedKd(setup.number("gamma"), setup.schedule("temperature")));

    /**
     * With a constant temperature.
     *
     * @param gamma weight of the other classes, 1.5 in the paper
     * @param temperature tau of the other classes, above 0; 1 in the paper
     */
    public NormalizedKd(double gamma, double temperature) {
        this(gamma, Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor labels = moment.targets();
        Tensor teacher = moment.teacher().logits();
        Variable student = moment.student().logits();
        Tensor confidence = Targets.of(teacher.softmax(-1), labels);
        Variable target = Variable.of(confidence).mul(Targets.of(student.logSoftmax(-1), labels)).mean();
        Tensor soft = Targets.others(teacher, labels).div(tau).softmax(-1);
        Variable others = Variable.of(soft).mul(Targets.others(student, labels).div(tau).logSoftmax(-1)).sum(-1).mean();
        return target.add(others.mul(gamma * tau * tau)).neg();
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("nkd", student, teacher);
        Fit.classes("nkd", student);
    }
}
