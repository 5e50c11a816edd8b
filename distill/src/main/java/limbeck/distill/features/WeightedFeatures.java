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
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Identity;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The squared error of features, each dimension by its importance to the teacher: {@code L = mean_n sum_d w_d (s_nd - t_nd)^2} with
 * {@code w = softmax_d(mean_n |t_nd|)}. The weights sum to 1, come anew from each batch, and are constants to the gradient.
 *
 * <p>It needs one feature of each, a vector (N, D), or maps (N, C, H, W), whose channels are the dimensions and whose positions count
 * as examples. Where the shapes differ a connector takes the student's to the teacher's.
 *
 * @param place where to look, connected; the pooled features
 */
public record WeightedFeatures(Connected place) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("weighted-features", "channel-importance-weighted MSE", Compares.FEATURES)
            .advice("for dense features: follows the teacher most where it is most active")
            .layers("pooled")
            .builtBy(WeightedFeatures::build);

    private static Objective build(Setup setup) {
        Pairing pair = setup.pair();
        return new WeightedFeatures(pair.student().output().equals(pair.teacher().output()) ? new Connected(pair, new Identity())
                : Places.connect(setup, List.of(pair), Tail.NONE).getFirst());
    }

    @Override
    public Variable loss(Moment moment) {
        Tensor teacher = place.teacher(moment);
        Shape shape = teacher.shape();
        List<Integer> others = IntStream.range(0, shape.rank()).filter(axis -> axis != 1).boxed().toList();
        Tensor weights = teacher.abs().mean(others, true).softmax(1);
        Variable error = place.student(moment).sub(Variable.of(teacher)).square();
        return error.mul(error.constant(weights)).sum().div((double) shape.size() / shape.dim(1));
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
        place.check("weighted-features", student, teacher);
    }
}
