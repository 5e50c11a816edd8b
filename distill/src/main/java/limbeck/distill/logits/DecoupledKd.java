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
 * Decoupled distillation (DKD; Zhao et al., CVPR 2022, arXiv 2203.08679): {@code tau^2 (alpha TCKD + beta NCKD)}, where
 * <ul>
 * <li>{@code TCKD = 1/N sum_n KL(b_t || b_s)} compares how likely the label's class is, {@code b = [p_y, 1 - p_y]};
 * <li>{@code NCKD = 1/N sum_n KL(q_t || q_s)} compares the other classes among themselves, {@code q} being the softmax over them.
 * </ul>
 * In {@link LogitKd} the second is weighted by {@code 1 - p_y} of the teacher, and so vanishes where it is sure.
 *
 * <p>Both are computed from the margin {@code d = z_y - log sum_{c != y} exp z_c}: {@code log p_y = -softplus(-d)} and
 * {@code log (1 - p_y) = -softplus(d)}, so that nothing underflows. The authors let the weight rise over the first 20 of 240 epochs.
 *
 * @param alpha weight of TCKD
 * @param beta weight of NCKD
 * @param temperature tau over time, above 0
 */
public record DecoupledKd(double alpha, double beta, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("dkd", "Zhao et al., CVPR 2022", Compares.LOGITS)
            .advice("often better than kd; lower beta to 2 where the teacher is not much better than the student")
            .option("alpha", 1, "weight of the label's class")
            .option("beta", 8, "weight of the other classes")
            .schedule("temperature", 4, Range.POSITIVE, "tau")
            .warmup(1.0 / 12)
            .builtBy(setup -> new DecoupledKd(setup.number("alpha"), setup.number("beta"), setup.schedule("temperature")));

    /**
     * With a constant temperature.
     *
     * @param alpha weight of TCKD
     * @param beta weight of NCKD; the paper uses 8, and 2 to 6 where the teacher is not much better than the student
     * @param temperature tau, above 0
     */
    public DecoupledKd(double alpha, double beta, double temperature) {
        this(alpha, beta, Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor labels = moment.targets();
        Variable teacher = Variable.of(moment.teacher().logits().div(tau));
        Variable student = moment.student().logits().div(tau);
        Variable teacherOthers = Targets.others(teacher, labels);
        Variable studentOthers = Targets.others(student, labels);
        Variable target = binary(margin(teacher, teacherOthers, labels), margin(student, studentOthers, labels)).mean();
        Variable others = Divergence.kl(teacherOthers.logSoftmax(-1), studentOthers.logSoftmax(-1)).mean();
        return target.mul(alpha).add(others.mul(beta)).mul(tau * tau);
    }

    /** The logit of the label's class against all others. */
    private static Variable margin(Variable logits, Variable others, Tensor labels) {
        return Targets.of(logits, labels).sub(others.logSumExp(List.of(1), false));
    }

    /** {@code KL([p, 1 - p] || [q, 1 - q])} for {@code p = sigmoid(teacher)} and {@code q = sigmoid(student)}. */
    private static Variable binary(Variable teacher, Variable student) {
        Variable yes = teacher.sigmoid().mul(student.neg().softplus().sub(teacher.neg().softplus()));
        Variable no = teacher.neg().sigmoid().mul(student.softplus().sub(teacher.softplus()));
        return yes.add(no);
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("dkd", student, teacher);
        Fit.classes("dkd", student);
    }
}
