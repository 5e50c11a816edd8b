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

/**
 * Distillation from a stronger teacher (DIST; Huang et al., NeurIPS 2022, arXiv 2205.10536): {@code tau^2 (beta inter + gamma intra)}
 * with {@code p = softmax(z / tau)} and
 * <ul>
 * <li>{@code inter = 1 - mean_n rho(p_s[n, :], p_t[n, :])}: how the classes lie to each other in an example;
 * <li>{@code intra = 1 - mean_c rho(p_s[:, c], p_t[:, c])}: how the examples of a batch lie to each other in a class.
 * </ul>
 * {@code rho} is Pearson's correlation, {@code a.b / (||a|| ||b|| + 1e-8)} of centred vectors. The student only has to agree up to
 * scale and offset, which a much larger teacher makes possible. Each correlation is taken from 1: added instead, as in one known
 * implementation, the student is driven away from the teacher.
 *
 * <p>The authors multiply by {@code tau^2}, though a correlation keeps its scale as the temperature grows: at 4 this loss is 16 times
 * stronger than at 1.
 *
 * <p>A row or column of equal numbers has no correlation: it counts as 0 and gets no gradient.
 *
 * @param beta weight of the correlation over classes
 * @param gamma weight of the correlation over examples; above 0 it needs batches of at least 2
 * @param temperature tau over time, above 0
 */
public record Dist(double beta, double gamma, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("dist", "Huang et al., NeurIPS 2022", Compares.LOGITS)
            .advice("where the teacher is much stronger than the student")
            .option("beta", 1, "weight of the correlation over classes")
            .option("gamma", 1, "weight of the correlation over examples")
            .schedule("temperature", 1, Range.POSITIVE, "tau")
            .weight(2)
            .builtBy(setup -> new Dist(setup.number("beta"), setup.number("gamma"), setup.schedule("temperature")));

    private static final double EPSILON = 1e-8;

    /**
     * With a constant temperature.
     *
     * @param beta weight of the correlation over classes, 1 in the paper
     * @param gamma weight of the correlation over examples, 1 in the paper
     * @param temperature tau, above 0; 1 in the paper, 4 for some teachers
     */
    public Dist(double beta, double gamma, double temperature) {
        this(beta, gamma, Schedule.constant(temperature));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Variable teacher = Variable.of(moment.teacher().logits().div(tau).softmax(-1));
        Variable student = moment.student().logits().div(tau).softmax(-1);
        Variable inter = correlation(student, teacher, 1).mean().rsub(1);
        Variable intra = correlation(student, teacher, 0).mean().rsub(1);
        return inter.mul(beta).add(intra.mul(gamma)).mul(tau * tau);
    }

    private static Variable correlation(Variable student, Variable teacher, int axis) {
        Variable a = Centred.of(student, axis);
        Variable b = Centred.of(teacher, axis);
        Variable norms = Centred.norm(a, axis).mul(Centred.norm(b, axis)).squeeze(axis);
        return a.mul(b).sum(axis).div(norms.add(EPSILON));
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("dist", student, teacher);
        Fit.classes("dist", student);
        if (gamma != 0 && student.logits().dim(0) < 2) {
            throw new IllegalArgumentException("dist: the correlation over the examples of a batch needs at least 2 of them, got a batch "
                    + "of " + student.logits().dim(0) + "; give larger batches, or gamma=0");
        }
    }
}
