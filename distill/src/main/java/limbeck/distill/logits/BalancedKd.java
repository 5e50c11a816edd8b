package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Distillation of logits on imbalanced data. A teacher that was trained on it prefers the large classes, and plain distillation hands that
 * on: {@code tau^2 / N sum_n KL(p || q)}, where one side allows for the classes' sizes n_c.
 * <ul>
 * <li>Form {@code softmax}, the balanced softmax (Ren et al., NeurIPS 2020, arXiv 2007.10740) in the distillation term:
 * {@code p = softmax(t / tau)}, {@code q = softmax((s + strength log prior) / tau)}. With strength 1 it is least where
 * {@code s = t - log prior}, whatever the temperature: the student's own logits no longer prefer the large classes.
 * <li>Form {@code targets}, balanced knowledge distillation (BKD; Zhang et al., 2021, arXiv 2104.10510): {@code p_c} proportional to
 * {@code w_c softmax(t / tau)_c} with the weights of the effective number of examples, {@code w_c = (1 - beta) / (1 - beta^(n_c))} (Cui et
 * al., CVPR 2019), and {@code q = softmax(s / tau)}. The weights act on softened probabilities, so the correction grows with the
 * temperature.
 * </ul>
 * With classes of one size both are {@link LogitKd}.
 *
 * <p>BKD's cross-entropy has no weights and stands beside it with weight 1; so it does here. A class without an example counts as if it
 * had one in the form {@code softmax}, and has weight 0 as a target in the form {@code targets}.
 *
 * @param studentOffsets what is added to the student's logits before they are divided by the temperature: (C)
 * @param targetOffsets what is added to the teacher's logits after they were divided by the temperature: (C)
 * @param temperature tau over time, above 0
 */
public record BalancedKd(Tensor studentOffsets, Tensor targetOffsets, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("balanced-kd", "Ren et al., NeurIPS 2020; Zhang et al., 2021", Compares.LOGITS)
            .advice("for imbalanced data, taught by a teacher that was trained on it")
            .schedule("temperature", 4, Range.POSITIVE, "tau")
            .option("form", "softmax", "where classes are balanced: softmax (in the student's softmax) or targets (of the teacher, BKD)")
            .option("strength", 1, "softmax: how much of the log-shares is added; 0 for plain kd")
            .option("beta", 0.9999, "targets: of the effective number of examples, from 0 for equal weights to 1 for one over the count")
            .builtBy(BalancedKd::build);

    // Of a class that has no example: far below any logit, and no infinity, from which differences would be undefined.
    private static final double NEVER = -1e9;

    private static BalancedKd build(Setup setup) {
        ClassCounts counts = setup.task().counts();
        Device device = setup.task().device();
        Schedule tau = setup.schedule("temperature");
        if (setup.oneOf("form", "softmax", "targets").equals("softmax")) {
            setup.note("adds the log-shares of classes with " + sizes(counts) + " to the student's logits");
            return balancedSoftmax(counts, setup.number("strength"), tau, device);
        }
        double beta = setup.number("beta");
        if (beta < 0 || beta > 1) {
            throw setup.complaint("beta needs a number from 0 to 1, got '" + setup.text("beta") + "'");
        }
        setup.note("weights the teacher's probabilities for classes with " + sizes(counts));
        return balancedTargets(counts, beta, tau, device);
    }

    private static String sizes(ClassCounts counts) {
        int[] all = counts.counts();
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int count : all) {
            least = Math.min(least, count);
            most = Math.max(most, count);
        }
        return least == most ? most + " examples each" : least + " to " + most + " examples";
    }

    /**
     * The balanced softmax on the student's side.
     *
     * @param counts how many examples each class has
     * @param strength how much of the log-shares is added; 1 in theory
     * @param temperature tau over time, above 0
     * @param device where the models are
     * @return the loss
     */
    public static BalancedKd balancedSoftmax(ClassCounts counts, double strength, Schedule temperature, Device device) {
        Tensor priors = device.tensor(counts.logPriors(), counts.classes());
        return new BalancedKd(priors.mul(strength), priors.mul(0), temperature);
    }

    /**
     * The balanced softmax on the student's side, at a constant temperature.
     *
     * @param counts how many examples each class has
     * @param strength how much of the log-shares is added; 1 in theory
     * @param temperature tau, above 0
     * @param device where the models are
     * @return the loss
     */
    public static BalancedKd balancedSoftmax(ClassCounts counts, double strength, double temperature, Device device) {
        return balancedSoftmax(counts, strength, Schedule.constant(temperature), device);
    }

    /**
     * Weights on the teacher's side.
     *
     * @param counts how many examples each class has
     * @param beta of the effective number of examples, from 0 to 1
     * @param temperature tau over time, above 0
     * @param device where the models are
     * @return the loss
     * @throws IllegalArgumentException if beta is not from 0 to 1
     */
    public static BalancedKd balancedTargets(ClassCounts counts, double beta, Schedule temperature, Device device) {
        double[] logs = counts.effectiveWeights(beta);
        for (int c = 0; c < logs.length; c++) {
            logs[c] = logs[c] == 0 ? NEVER : Math.log(logs[c]);
        }
        Tensor weights = device.tensor(logs, logs.length);
        return new BalancedKd(weights.mul(0), weights, temperature);
    }

    /**
     * Weights on the teacher's side, at a constant temperature.
     *
     * @param counts how many examples each class has
     * @param beta of the effective number of examples, from 0 to 1
     * @param temperature tau, above 0
     * @param device where the models are
     * @return the loss
     * @throws IllegalArgumentException if beta is not from 0 to 1
     */
    public static BalancedKd balancedTargets(ClassCounts counts, double beta, double temperature, Device device) {
        return balancedTargets(counts, beta, Schedule.constant(temperature), device);
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        // A factor w of a probability is log w beside the tempered logit: tau log w beside the logit itself.
        Tensor teacher = moment.teacher().logits().add(targetOffsets.mul(tau));
        Variable student = moment.student().logits().add(Variable.of(studentOffsets));
        return Losses.distillation(student, teacher, tau, Reduction.MEAN);
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("balanced-kd", student, teacher);
        Fit.classes("balanced-kd", student);
        if (student.logits().dim(1) != studentOffsets.shape().dim(0)) {
            throw new IllegalArgumentException("balanced-kd: the student's logits are " + student.logits() + ", but the sizes of "
                    + studentOffsets.shape().dim(0) + " classes are known; both must be of the same classes");
        }
    }
}
