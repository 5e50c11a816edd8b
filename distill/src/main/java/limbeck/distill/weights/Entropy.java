package limbeck.distill.weights;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;

/**
 * The entropy of the student's own answers, {@code H = -mean_n sum_c p_c log p_c} with {@code p = softmax(z)}: raised, which punishes
 * answers that are too sure ({@code L = -H}, the confidence penalty of Pereyra et al., 2017, arXiv 1701.06548), or lowered, which asks
 * for sure ones ({@code L = H}, entropy minimisation, Grandvalet and Bengio, NeurIPS 2004). Needs no teacher.
 *
 * @param goal what becomes of the entropy
 */
public record Entropy(Goal goal) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("entropy", "Pereyra et al., 2017", Compares.REGULARISER)
            .advice("beside another loss, as in kd,entropy; against students that are too sure of themselves")
            .option("goal", "raise", "raise the entropy (the confidence penalty), or lower it (entropy minimisation)")
            .weight(0.1)
            .builtBy(setup -> new Entropy(setup.oneOf("goal", "raise", "lower").equals("raise") ? Goal.RAISE : Goal.LOWER));

    /** What becomes of the entropy. */
    public enum Goal {
        /** Less sure answers. */
        RAISE,
        /** Surer answers. */
        LOWER
    }

    /** The confidence penalty. */
    public Entropy() {
        this(Goal.RAISE);
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        Variable logProbabilities = moment.student().logits().logSoftmax(-1);
        Variable negative = logProbabilities.exp().mul(logProbabilities).sum().div(logProbabilities.shape().dim(0));
        return switch (goal) {
            case RAISE -> negative;
            case LOWER -> negative.neg();
        };
    }
}
