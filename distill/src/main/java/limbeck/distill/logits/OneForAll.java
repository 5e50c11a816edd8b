package limbeck.distill.logits;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.Layers.Layer;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * One-for-all distillation between architectures of any kind (OFA; Hao et al., NeurIPS 2023, arXiv 2310.19444): {@code mean_n sum_c
 * -((p_t + m)^epsilon - m) log p_s} with {@code m} the one-hot label and {@code p = softmax(z / tau)}, without {@code tau^2}. It is
 * summed over the student's logits and those that heads on its stages project: features of a transformer and of a convolutional
 * network do not compare, what they say about the classes does. {@code epsilon} above 1 lifts the label's class: {@code (1 +
 * p_t[y])^epsilon - 1}.
 *
 * <p>The paper raises the label's class alone to epsilon, the authors' code, which we follow, all of them, so that small probabilities
 * become smaller. The authors' heads have convolutions or transformer blocks; ours pool the feature and are linear.
 *
 * @param epsilon the exponent
 * @param temperature tau over time, above 0
 * @param heads on the student's stages; none to compare the logits alone
 */
public record OneForAll(double epsilon, Schedule temperature, List<AuxiliaryHead> heads) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("ofa", "Hao et al., NeurIPS 2023", Compares.LOGITS)
            .advice("where teacher and student are of different kinds")
            .option("epsilon", 1.5, "the exponent; above 1 lifts the label's class")
            .schedule("temperature", 1, Range.POSITIVE, "tau")
            .option("student-layers", "stages", "where heads look in the student: a path, a pattern, stages, or none for the logits alone")
            .builtBy(OneForAll::build);

    /**
     * Copies the list.
     */
    public OneForAll {
        heads = List.copyOf(heads);
    }

    /**
     * The logits alone, with a constant temperature.
     *
     * @param epsilon the exponent
     * @param temperature tau, above 0
     */
    public OneForAll(double epsilon, double temperature) {
        this(epsilon, Schedule.constant(temperature), List.of());
    }

    private static OneForAll build(Setup setup) {
        List<Layer> places = setup.text("student-layers").equals("none") ? List.of() : setup.studentPlaces();
        List<AuxiliaryHead> heads = places.stream().map(place -> AuxiliaryHead.of(place, setup.task().classes(), setup.key())).toList();
        heads.forEach(head -> setup.place(head.linear()));
        if (!heads.isEmpty()) {
            setup.note("puts heads on "
                    + places.stream().map(place -> place.path() + " " + place.output()).collect(Collectors.joining(", ")));
        }
        return new OneForAll(setup.number("epsilon"), setup.schedule("temperature"), heads);
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor probabilities = moment.teacher().logits().div(tau).softmax(-1);
        Tensor label = moment.targets().oneHot(probabilities.shape().dim(1)).cast(probabilities.dtype());
        Tensor soft = probabilities.add(label).pow(epsilon).sub(label);
        Variable loss = loss(moment.student().logits(), soft, tau);
        for (AuxiliaryHead head : heads) {
            loss = loss.add(loss(head.logits(moment), soft, tau));
        }
        return loss;
    }

    private static Variable loss(Variable logits, Tensor soft, double tau) {
        return Variable.of(soft).mul(logits.div(tau).logSoftmax(-1)).sum(-1).mean().neg();
    }

    @Override
    public Set<Tap> taps() {
        return heads.stream().flatMap(head -> head.taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return heads.stream().flatMap(head -> head.parameters().stream()).toList();
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Fit.teacher("ofa", student, teacher);
        Fit.classes("ofa", student);
    }
}
