package limbeck.distill.logits;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.HardLabels;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Module;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Distillation without a teacher (Tf-KD; Yuan et al., "Revisiting knowledge distillation via label smoothing regularization", CVPR
 * 2020, arXiv 1909.11723). This is the regularisation, from a virtual teacher that is always right and nearly sure: {@code tau^2 / N
 * sum_n KL(u_tau || p_s)} with {@code p_s = softmax(z_s / tau)}, {@code u[y] = a}, {@code u[c] = (1 - a) / (C - 1)} elsewhere, and
 * {@code u_tau} the same softened as if by logits: {@code softmax(log u / tau)}.
 *
 * <p>The authors' code differs from the paper: it takes {@code softmax(u / tau)} of what are probabilities already, which is nearly
 * uniform, leaves the student at temperature 1, and averages over classes too, against a multiplier for each data set. We follow the
 * paper, with the {@code tau^2} of all losses here.
 *
 * <p>As a method it has a second mode, {@code tf-kd(mode=self)}: the student is first trained by the labels alone; what it has become
 * is then the teacher by {@link LogitKd} of a student that begins again from the first weights. This takes the place of any other
 * teacher.
 *
 * @param confidence a, the virtual teacher's probability of the label's class, between 0 and 1
 * @param temperature tau over time, above 0
 */
public record TeacherFree(double confidence, Schedule temperature) implements Objective {
    /** Chosen by name; the values are the authors' for the virtual teacher. */
    public static final Method METHOD = Method.named("tf-kd", "Yuan et al., CVPR 2020", Compares.LOGITS)
            .advice("without a teacher; for mode=self try temperature=6, weight=0.95, ce=0.05")
            .option("mode", "reg", "reg: from a virtual teacher; self: from what the student becomes by the labels alone")
            .option("confidence", 0.99, "reg: the virtual teacher's probability of the label's class")
            .schedule("temperature", 20, Range.POSITIVE, "tau")
            .option("pretraining", 0.5, "self: part of the epochs in which the student becomes its own teacher")
            .weight(0.1).ce(0.9)
            .taughtBy(TeacherFree::build);

    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it does not lie between 0 and 1
     */
    public TeacherFree {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("tf-kd: confidence needs a probability between 0 and 1, got " + confidence
                    + "; usual is 0.99");
        }
    }

    /**
     * With a constant temperature.
     *
     * @param confidence the virtual teacher's probability of the label's class, 0.99 in the authors' code
     * @param temperature tau, above 0; 20 in the paper
     * @throws IllegalArgumentException if the confidence does not lie between 0 and 1
     */
    public TeacherFree(double confidence, double temperature) {
        this(confidence, Schedule.constant(temperature));
    }

    private static Lesson build(Setup setup) {
        Schedule tau = setup.schedule("temperature");
        if (setup.oneOf("mode", "reg", "self").equals("reg")) {
            return Lesson.of(new TeacherFree(setup.number("confidence"), tau));
        }
        Module student = setup.task().student();
        var alone = new Stage("own teacher", setup.epochs(setup.number("pretraining")), Recipe.alone(new HardLabels()),
                List.copyOf(student.parameters().values()));
        setup.note("trains the student for " + alone.epochs() + " epochs alone, and then again with its earlier self as the teacher");
        var earlier = new EarlierSelf(student, setup.place(setup.task().fresh().get()));
        return Lesson.of(new LogitKd(tau)).before(alone).substitute(earlier);
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Variable student = moment.student().logits().div(tau).logSoftmax(-1);
        int classes = student.shape().dim(1);
        Tensor label = moment.targets().oneHot(classes).cast(student.dtype());
        // The logarithms of u up to what all classes share, which the softmax takes away.
        double margin = Math.log(confidence) - Math.log((1 - confidence) / (classes - 1));
        Tensor virtual = label.mul(margin / tau).logSoftmax(-1);
        return Divergence.kl(Variable.of(virtual), student).mean().mul(tau * tau);
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.classes("tf-kd", student);
    }
}
