package limbeck.distill.logits;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Universal self-distillation (USKD; Yang et al., ICCV 2023, arXiv 2303.13005): soft labels without a teacher, from the student's own
 * logits {@code s} and from weak logits {@code w} of a head on a layer in its middle. {@code alpha L_t + beta L_non + mu L_w}, where
 * <ul>
 * <li>{@code L_t = -mean_n P_n log p_s[y]} with {@code P_n = p_s[y]^2 + 1 - mean_n p_s[y]^2}, a constant: sure examples count more;
 * <li>{@code L_non = -mean_n sum_{c != y} z[c] log q_s[c]}, {@code q} the softmax over the classes other than the label's. They are
 * ranked by {@code q_w + q_s}, and {@code z = 1 / rank}, scaled to sum 1 (Zipf's law), a constant;
 * <li>{@code L_w} teaches the weak head: cross-entropy with a label smoothing of 0.1.
 * </ul>
 *
 * <p>The authors' code differs from the paper twice, and we follow the paper: it adds log-probabilities to the weak probabilities when
 * it ranks (a variable that was used again), and it counts the label's own rank before it drops the label.
 *
 * @param alpha weight of the label's class
 * @param beta weight of the other classes
 * @param mu weight of the weak head's own loss
 * @param weak the head on the layer in the middle; it sees (N, C) or (N, C, H, W)
 */
public record UniversalSelfKd(double alpha, double beta, double mu, AuxiliaryHead weak) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("uskd", "Yang et al., ICCV 2023", Compares.LOGITS)
            .advice("without a teacher: soft labels from the student itself")
            .option("alpha", 1, "weight of the label's class")
            .option("beta", 0.1, "weight of the other classes")
            .option("mu", 0.005, "weight of the weak head's own loss")
            .option("student-layers", "stages", "where the weak head looks: a path, or of several places the last but one")
            .builtBy(UniversalSelfKd::build);

    private static final double SMOOTHING = 0.1;

    private static UniversalSelfKd build(Setup setup) {
        List<Layer> places = setup.studentPlaces();
        if (places.isEmpty()) {
            throw setup.complaint("needs a layer before the classifier, and a linear model has none; choose another student");
        }
        Layer middle = places.get(Math.max(0, places.size() - 2));
        AuxiliaryHead head = AuxiliaryHead.of(middle, setup.task().classes(), setup.key());
        setup.place(head.linear());
        setup.note("puts its weak head on " + middle.path() + " " + middle.output());
        return new UniversalSelfKd(setup.number("alpha"), setup.number("beta"), setup.number("mu"), head);
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor labels = moment.targets();
        Variable logits = moment.student().logits();
        Variable weakLogits = weak.logits(moment);
        Variable logTarget = Targets.of(logits.logSoftmax(-1), labels);
        Tensor squares = logTarget.tensor().exp().square();
        Tensor sureness = squares.sub(squares.mean()).add(1);
        Variable target = Variable.of(sureness).mul(logTarget).mean().neg();

        Variable logOthers = Targets.others(logits, labels).logSoftmax(-1);
        // p[c] / (1 - p[y]) is the softmax over the others.
        Tensor evidence = Targets.others(weakLogits.tensor(), labels).softmax(-1).add(logOthers.tensor().exp());
        Variable others = Variable.of(zipf(evidence)).mul(logOthers).sum(-1).mean().neg();

        Variable own = Losses.crossEntropy(weakLogits, labels, SMOOTHING, Reduction.MEAN);
        return target.mul(alpha).add(others.mul(beta)).add(own.mul(mu));
    }

    /** {@code 1 / rank} in each row, the largest being the first, scaled to sum 1. */
    private static Tensor zipf(Tensor evidence) {
        int count = evidence.shape().dim(1);
        double sum = 0;
        for (int rank = 1; rank <= count; rank++) {
            sum += 1.0 / rank;
        }
        int[] order = Descending.order(evidence);
        double[] labels = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            int row = i / count;
            int rank = i % count + 1;
            labels[row * count + order[i]] = 1 / (rank * sum);
        }
        return evidence.device().tensor(labels, evidence.shape());
    }

    @Override
    public Set<Tap> taps() {
        return weak.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return weak.parameters();
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.classes("uskd", student);
    }
}
