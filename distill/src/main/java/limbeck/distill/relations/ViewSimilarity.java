package limbeck.distill.relations;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Distillation without labels by how an example lies to others, CompRess (Koohpayegani, Tejankar and Pirsiavash, NeurIPS 2020, arXiv
 * 2010.14713): {@code 1 / N sum_i KL(p^t_i || p^s_i)} with {@code p_i[j] = softmax_j(cos(e_i, e_j) / tau)} over the anchors j, each model's
 * similarities in its own space, tau 0.04. This is the paper's formula and its better form (2q); its anchors come from a queue of 128000
 * earlier examples, ours are the other examples of the batch, so batches of 128 or more help. An example is no anchor of itself: its
 * similarity of 1 would leave nothing to the others.
 *
 * <p>Student and teacher look at two views of each example where the batch has others for the teacher (setting {@code teacher-view}): what
 * does not depend on the view is what can be learned. The widths may differ, so there is no connector. A vector of zeros has no direction,
 * and is as similar to all.
 *
 * <p>By name it is a stage before the main one, in which the student is trained up to the layer that is looked at. Labels, and other
 * methods, come after it.
 *
 * @param pair where to look; what the classifiers read, by name
 * @param temperature tau over time, above 0
 */
public record ViewSimilarity(Pairing pair, Schedule temperature) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("views", "CompRess: Koohpayegani, Tejankar, Pirsiavash, NeurIPS 2020", Compares.RELATIONS)
            .advice("a stage without labels before the main one; give student and teacher two views by augment and teacher-view")
            .option("views-epochs", 0.25, "part of the epochs for the stage")
            .schedule("temperature", 0.04, Range.POSITIVE, "tau; smaller looks at the nearest examples alone")
            .layers("pooled")
            .taughtBy(ViewSimilarity::lesson);

    /**
     * With a constant temperature.
     *
     * @param pair where to look
     * @param temperature tau, above 0; 0.04 in the paper
     */
    public ViewSimilarity(Pairing pair, double temperature) {
        this(pair, Schedule.constant(temperature));
    }

    private static Lesson lesson(Setup setup) {
        Pairing pair = setup.pair();
        if (setup.task().batch() < 3) {
            throw setup.complaint("compares how the examples of a batch lie to each other, which needs batches of 3 or more, got "
                    + setup.task().batch());
        }
        int epochs = setup.epochs(setup.number("views-epochs"));
        Schedule temperature = setup.schedule("temperature", epochs);
        var term = new Term("views", setup.weight(epochs), new ViewSimilarity(pair, temperature));
        Recipe recipe = new Recipe(new Frozen(setup.task().teacher()), List.of(term)).with("views.temperature", temperature);
        var stage = new Stage("views", epochs, recipe, setup.task().students().parametersUpTo(pair.student()));
        setup.note("trains the student without labels first");
        return Lesson.of(null).before(stage);
    }

    @Override
    public Variable loss(Moment moment) {
        double tau = temperature.at(moment.progress());
        Tensor teacher = similarities(pair.teacher(moment), tau);
        Variable student = similarities(pair.student(moment), tau);
        Variable target = student.constant(teacher);
        return target.exp().mul(target.sub(student)).sum(1).mean();
    }

    /** The logarithms of {@code p} (N, N - 1): row i has the similarities of example i to the others, in their order. */
    private static <T extends TensorOps<T>> T similarities(T feature, double tau) {
        int count = feature.shape().dim(0);
        if (count < 2) {
            throw alone();
        }
        T unit = Rows.unit(Rows.of(feature), 0);
        T all = unit.matmulTransposed(unit);
        // Of N N entries in a row, every (N + 1)th lies on the diagonal: without the first, rows of N + 1 end in one each.
        T others = all.reshape(count * count).slice(0, 1, count * count).reshape(count - 1, count + 1).slice(1, 0, count);
        return others.reshape(count, count - 1).div(tau).logSoftmax(1);
    }

    private static IllegalArgumentException alone() {
        return new IllegalArgumentException("views: the examples of a batch are compared with each other, got a batch of 1; give larger batches");
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        if (student.feature(pair.student().path()).dim(0) < 2) {
            throw alone();
        }
    }
}
