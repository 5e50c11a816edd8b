package limbeck.distill.weights;

import java.util.List;
import limbeck.distill.AfterStep;
import limbeck.distill.Teacher;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.distill.method.Task;
import limbeck.nn.Module;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;

/**
 * Parameter interpolation for models of one architecture: after each of the optimizer's steps
 * {@code theta_s = lambda theta_t + (1 - lambda) theta_s}, which pulls the student's weights toward the teacher's as weight decay pulls
 * them toward 0 (L2-SP without its loss: Li, Grandvalet and Davoine, ICML 2018, arXiv 1802.01483).
 *
 * <p>Buffers stay the student's own: a batch norm's running statistics are measured on the student's activations in every step, and the
 * teacher's would be wrong for them.
 *
 * <p>By name it has an option {@code joint}: with {@code yes} it pulls toward a copy of the teacher that goes on learning in the same
 * steps, {@link Jointly}, from which the methods beside it learn too; the teacher itself stays as it is.
 */
public final class Interpolation implements AfterStep {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("interpolation", "cf. L2-SP: Li, Grandvalet, Davoine, ICML 2018", Compares.WEIGHTS)
            .advice("only where student and teacher have the same architecture; beside a loss, as in kd,interpolation")
            .schedule("lambda", 0.01, Range.PART, "how far each step pulls the weights to the teacher's, from 0 to 1")
            .option("joint", "no", "yes to go on training a copy of the teacher in the same steps")
            .option("rate", 0.001, "learning rate of the jointly trained copy (AdamW, cosine to 0)")
            .taughtBy(Interpolation::build);

    private final Twins twins;
    private final Schedule lambda;

    /**
     * A pull that changes over time.
     *
     * @param student the model whose weights are pulled
     * @param teacher the model that they are pulled to
     * @param lambda how far, from 0 (not at all) to 1 (onto the teacher's)
     * @throws IllegalArgumentException if the models' parameters or buffers differ in names or shapes
     */
    public Interpolation(Module student, Module teacher, Schedule lambda) {
        this.twins = Twins.of("interpolation", "the teacher", teacher, "the student", student);
        this.lambda = lambda;
    }

    /**
     * A constant pull.
     *
     * @param student the model whose weights are pulled
     * @param teacher the model that they are pulled to
     * @param lambda how far, from 0 (not at all) to 1 (onto the teacher's)
     * @throws IllegalArgumentException if the models' parameters or buffers differ in names or shapes
     */
    public Interpolation(Module student, Module teacher, double lambda) {
        this(student, teacher, Schedule.constant(lambda));
    }

    @Override
    public void after(Progress progress) {
        twins.followParameters(1 - lambda.at(progress));
    }

    private static Lesson build(Setup setup) {
        Task task = setup.task();
        Schedule lambda = setup.schedule("lambda");
        boolean joint = setup.oneOf("joint", "no", "yes").equals("yes");
        double rate = setup.positive("rate");
        var fixed = new Interpolation(task.student(), task.teacher(), lambda);
        if (!joint) {
            return Lesson.of(null).after(fixed);
        }
        Module copy = task.fresh().get();
        Twins.of("interpolation", "the teacher", task.teacher(), "its copy", copy).equalise();
        long steps = Math.ceilDiv(task.examples(), task.batch());
        var optimizer = Adam.w(Group.decaying(List.copyOf(copy.parameters().values()), 1e-4),
                Schedule.cosine(rate, 0, Schedule.epochs(task.epochs())));
        Teacher learning = new Jointly(copy, optimizer, steps);
        setup.note("goes on training a copy of the teacher, from which all methods learn");
        return Lesson.of(null).after(new Interpolation(task.student(), copy, lambda)).substitute(learning);
    }
}
