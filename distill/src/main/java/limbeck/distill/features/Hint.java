package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Shape;

/**
 * FitNets' hint (Romero et al., ICLR 2015, arXiv 1412.6550): {@code mean (r(F_s) - F_t)^2} over all elements, where the connector r
 * brings the student's middle layer to the teacher's shape and is learned with the student.
 *
 * <p>Taps one layer of each, by default the middle stages: maps (N, C, H, W) of any two sizes, or vectors (N, C). In the paper the hint
 * is a stage of its own, which trains the student up to the hinted layer, and distillation of logits follows: {@code mode=staged},
 * together with {@code kd}. The later literature (Tian et al., ICLR 2020) adds the hint to the cross-entropy with weight 100 through a
 * whole training: {@code mode=joint}, the default. The connector ends in batch norm, and in a ReLU where the target went through one; a
 * connector to what may be negative has none.
 *
 * @param place the hinted layers and the connector
 */
public record Hint(Connected place) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("fitnet", "Romero et al., ICLR 2015", Compares.FEATURES)
            .advice("a hint at a middle layer; mode=staged with kd is the paper's, joint is simpler")
            .option("mode", "joint", "joint: beside the other losses; staged: a stage of its own before the main one, as in the paper")
            .option("hint-epochs", 0.25, "staged: the part of the epochs for the hint")
            .layers("stages")
            .weight(100)
            .taughtBy(Hint::lesson);

    private static Lesson lesson(Setup setup) {
        Pairing middle = setup.middle();
        Hint hint = between(setup, List.of(middle)).getFirst();
        return setup.oneOf("mode", "joint", "staged").equals("joint") ? Lesson.of(hint)
                : Lesson.of(null).before(Places.before(setup, "fitnet", "hint-epochs", middle, hint));
    }

    /**
     * Hints at several places, each with the connector that suits it, placed beside the models and said in the plan.
     *
     * @param setup what a method is built from
     * @param pairs the places
     * @return one for each pair
     * @throws IllegalArgumentException if there is no connector for the shapes of a pair
     */
    public static List<Hint> between(Setup setup, List<Pairing> pairs) {
        return IntStream.range(0, pairs.size()).mapToObj(i -> {
            Tail tail = Places.isRectified(setup.task().teachers(), pairs.get(i).teacher()) ? Tail.NORM_RELU : Tail.NORM;
            return new Hint(Places.connect(setup, pairs.get(i), i, tail));
        }).toList();
    }

    @Override
    public Variable loss(Moment moment) {
        return Losses.mse(place.student(moment), place.teacher(moment), Reduction.MEAN);
    }

    @Override
    public Set<Tap> taps() {
        return place.pair().taps();
    }

    @Override
    public List<Parameter> parameters() {
        return place.parameters();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        place.check("fitnet", student, teacher);
    }
}
