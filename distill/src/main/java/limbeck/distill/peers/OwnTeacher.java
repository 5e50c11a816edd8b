package limbeck.distill.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Be your own teacher, BYOT (Zhang et al., ICCV 2019, arXiv 1905.08094): exits at the student's shallow stages learn from the labels and
 * from its own output, and what they learn there the stages before them share. For each exit k
 * {@code (1 - alpha) CE_k + alpha tau^2 / N sum_n KL(p_deep || p_k) + hint ||F_k - F_deep||_F}, where {@code F} are the features that a
 * classifier reads, the maps of the deepest stage averaged over their positions. What the deep end shows is a constant.
 *
 * <p>As in the authors' code the distance is that of the whole batch, not squared, so that it grows with the root of the batch's size; and
 * the deepest of the exits has none, whose stage is next to the deep one's. The paper squares the distance and gives it to all exits. Where
 * the distance is 0, its gradient is 0.
 *
 * <p>The exits are thrown away in the end: what is used is the student as it is.
 *
 * @param exits at the shallow stages, in the order in which these run
 * @param deepest the path of the deepest stage, which shows maps (N, C, H, W) or vectors (N, C)
 * @param alpha the part of the student's own output in an exit's loss, from 0 to 1; the labels have the rest
 * @param temperature tau over time, above 0
 * @param hint weight of the distance of features
 * @param labels the exits' loss of the labels
 */
public record OwnTeacher(List<Exit> exits, String deepest, double alpha, Schedule temperature, double hint, Objective labels)
        implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("byot", "Zhang et al., ICCV 2019", Compares.LOGITS)
            .advice("without a teacher: exits at the shallow stages learn from the student's own output; for deep students")
            .option("alpha", 0.3, "part of the student's own output in an exit's loss; the labels have the rest")
            .schedule("temperature", 3, Range.POSITIVE, "tau")
            .option("hint", 0.03, "weight of the distance of features, over the whole batch and not squared")
            .option("student-layers", "stages", "the stages: exits at all but the last, which is the deep one")
            .builtBy(OwnTeacher::build);

    /** The square of what counts as no distance. */
    private static final double LEAST_SQUARE = 1e-24;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no exit, or alpha is no part
     */
    public OwnTeacher {
        exits = List.copyOf(exits);
        if (exits.isEmpty()) {
            throw new IllegalArgumentException("byot: there is no exit; give at least one");
        }
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("byot: alpha needs a number from 0 to 1, got " + alpha + "; usual is 0.3");
        }
    }

    /**
     * With a constant temperature.
     *
     * @param exits at the shallow stages, in the order in which these run
     * @param deepest the path of the deepest stage
     * @param alpha the part of the student's own output in an exit's loss, from 0 to 1
     * @param temperature tau, above 0; 3 in the authors' code
     * @param hint weight of the distance of features
     * @param labels the exits' loss of the labels
     * @throws IllegalArgumentException if there is no exit, or alpha is no part
     */
    public OwnTeacher(List<Exit> exits, String deepest, double alpha, double temperature, double hint, Objective labels) {
        this(exits, deepest, alpha, Schedule.constant(temperature), hint, labels);
    }

    private static OwnTeacher build(Setup setup) {
        List<Layer> stages = setup.studentPlaces();
        if (stages.size() < 2) {
            throw setup.complaint("needs a student with at least 2 stages, the shallow ones for exits, and found "
                    + stages.stream().map(Layer::path).toList() + "; choose another student such as resnet8, or name layers by student-layers");
        }
        var exits = new ArrayList<Exit>();
        for (int k = 0; k + 1 < stages.size(); k++) {
            Layer stage = stages.get(k);
            Exit exit = Exit.of(stage, stages.subList(k + 1, stages.size()), setup.task().classes(), setup.key().split(stage.path()));
            setup.place(exit.bottleneck());
            setup.place(exit.classifier());
            exits.add(exit);
        }
        setup.note("puts exits on " + stages.subList(0, stages.size() - 1).stream().map(stage -> stage.path() + " " + stage.output())
                .collect(Collectors.joining(", ")) + ", which learn from the end behind " + stages.getLast().path());
        return new OwnTeacher(exits, stages.getLast().path(), setup.number("alpha"), setup.schedule("temperature"), setup.number("hint"),
                setup.labels());
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Set<Tap> taps() {
        return Stream.concat(exits.stream().map(Exit::path), Stream.of(deepest)).map(Tap::student).collect(Collectors.toSet());
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor output = moment.student().logits().detach().tensor();
        Variable features = Exit.pooled(moment.student().feature(deepest)).detach();
        double tau = temperature.at(moment.progress());
        Variable sum = null;
        for (Exit exit : exits) {
            Variable own = exit.features(moment.student().feature(exit.path()));
            Variable logits = exit.classifier().apply(own);
            var seen = new Moment(moment.progress(), Views.of(logits), Views.of(null), moment.targets(), moment.ids());
            Variable loss = labels.loss(seen).mul(1 - alpha).add(Losses.distillation(logits, output, tau, Reduction.MEAN).mul(alpha));
            if (exit != exits.getLast()) {
                loss = loss.add(distance(own, features).mul(hint));
            }
            sum = sum == null ? loss : sum.add(loss);
        }
        return sum;
    }

    private static Variable distance(Variable own, Variable features) {
        Variable squared = own.sub(features).square().sum();
        // The root's slope at 0 has no end.
        return squared.gate(squared.clamp(LEAST_SQUARE, Double.POSITIVE_INFINITY).sqrt());
    }

    @Override
    public List<Parameter> parameters() {
        return exits.stream().flatMap(exit -> exit.parameters().stream()).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Shape shape = student.logits();
        for (Exit exit : exits) {
            int classes = exit.classifier().weight().shape().dim(0);
            if (shape.rank() != 2 || shape.dim(1) != classes) {
                throw new IllegalArgumentException("byot: the student's logits are " + shape + ", and the exit on " + exit.path() + " knows "
                        + classes + " classes; both must know the same");
            }
        }
    }
}
