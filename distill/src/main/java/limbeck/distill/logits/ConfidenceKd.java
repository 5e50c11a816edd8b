package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Distillation of logits in which each example counts as much as the teacher can be trusted with it: {@code tau^2 / N sum_n w_n
 * KL(p_t || p_s)} with {@code w_n = c_n^power / mean_m c_m^power}, so that the weights' mean is 1 in every batch. The confidence
 * {@code c_n}, at temperature 1, is the teacher's probability of the label's class, or its largest one. (Confidence-aware distillation:
 * Zhang, Chen and Wang, ICASSP 2022, arXiv 2201.00007, weigh several teachers so by their loss of the labels; here it is the examples of
 * one.)
 *
 * @param confidence which probability
 * @param power how much it counts, 0 or more; 0 for {@link LogitKd}
 * @param temperature tau over time, above 0
 */
public record ConfidenceKd(Confidence confidence, double power, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("confidence-kd", "cf. Zhang, Chen, Wang, ICASSP 2022", Compares.LOGITS)
            .advice("kd where the teacher is often wrong; by=max where not all examples have labels")
            .schedule("temperature", 4, Range.POSITIVE, "tau")
            .option("by", "label", "the teacher's confidence: its probability of the label's class (label), or its largest one (max)")
            .option("power", 1, "how much the confidence counts; 0 for plain kd")
            .weight(0.9).ce(0.1)
            .builtBy(ConfidenceKd::build);

    /** Which of the teacher's probabilities is its confidence. */
    public enum Confidence {
        /** That of the label's class. */
        LABEL,
        /** The largest. */
        MAX
    }

    // Where the teacher is sure of another class in all of a batch, nothing is divided by 0.
    private static final double EPSILON = 1e-7;

    /**
     * Checks the power.
     *
     * @throws IllegalArgumentException if it is below 0
     */
    public ConfidenceKd {
        if (!(power >= 0 && power < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("confidence-kd: power needs a number of 0 or more, got " + power);
        }
    }

    private static ConfidenceKd build(Setup setup) {
        Confidence confidence = setup.oneOf("by", "label", "max").equals("label") ? Confidence.LABEL : Confidence.MAX;
        if (setup.number("power") < 0) {
            throw setup.complaint("power needs a number of 0 or more, got '" + setup.text("power") + "'");
        }
        return new ConfidenceKd(confidence, setup.number("power"), setup.schedule("temperature"));
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor teacher = moment.teacher().logits();
        Variable student = moment.student().logits().div(tau).logSoftmax(-1);
        Variable divergences = Divergence.kl(Variable.of(teacher.div(tau).logSoftmax(-1)), student);
        return divergences.mul(Variable.of(weights(teacher.softmax(-1), moment.targets()))).mean().mul(tau * tau);
    }

    private Tensor weights(Tensor probabilities, Tensor labels) {
        Tensor confidences = switch (confidence) {
            case LABEL -> Targets.of(probabilities, labels);
            case MAX -> probabilities.max(-1);
        };
        Tensor weights = confidences.add(EPSILON).pow(power);
        return weights.div(weights.mean());
    }

    @Override
    public boolean needsLabels() {
        return confidence == Confidence.LABEL;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("confidence-kd", student, teacher);
        if (confidence == Confidence.LABEL) {
            Fit.classes("confidence-kd", student);
        }
    }
}
