package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.connect.Resize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.TensorOps;

/**
 * The flow of the solution procedure (Yim et al., CVPR 2017): how the channels of one stage go with those of the next,
 * {@code G = F_1 F_2^T / (H W)}, a matrix (C_1, C_2) for each example. {@code mean (G_s - G_t)^2} over examples and elements, summed
 * over consecutive stages; within a model, the larger of two maps is pooled to the smaller.
 *
 * <p>Taps at least two stages, maps (N, C, H, W); student and teacher must have the same channels there, since no connector stands
 * between. As in the paper it is a stage of its own that gives the student its first weights (30 of 240 epochs); the main stage has
 * the labels alone, and {@code kd} where it is asked for.
 *
 * @param places at least two, in the order in which they run
 */
public record FlowMatrix(List<Pairing> places) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("fsp", "Yim et al., CVPR 2017", Compares.FEATURES)
            .advice("for a student of the teacher's widths and fewer blocks; gives it a start, then trains on the labels")
            .option("init-epochs", 0.125, "the part of the epochs for the start")
            .layers("stages")
            .taughtBy(setup -> {
                List<Pairing> pairs = setup.maps();
                return Lesson.of(null).before(Places.before(setup, "fsp", "init-epochs", pairs.getLast(), new FlowMatrix(pairs)));
            });

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there are fewer than two, one shows no maps, or channels differ
     */
    public FlowMatrix {
        places = List.copyOf(places);
        if (places.size() < 2) {
            throw new IllegalArgumentException("fsp: a flow goes from one layer to a later one, but there are " + places.size()
                    + " pairs of layers; give two or more, such as stages");
        }
        for (Pairing pair : places) {
            if (!pair.student().isMap() || !pair.teacher().isMap() || pair.student().channels() != pair.teacher().channels()) {
                throw new IllegalArgumentException("fsp: the student's " + pair.student().path() + " shows " + pair.student().output()
                        + ", the teacher's " + pair.teacher().path() + " " + pair.teacher().output()
                        + "; both need to show maps of the same number of channels, so choose a student of the teacher's widths, or at");
            }
        }
    }

    @Override
    public Variable loss(Moment moment) {
        return IntStream.range(1, places.size()).mapToObj(i -> {
            Pairing first = places.get(i - 1);
            Pairing second = places.get(i);
            Variable seen = flow(first.student(moment), second.student(moment));
            return Losses.mse(seen, flow(first.teacher(moment), second.teacher(moment)), Reduction.MEAN);
        }).reduce(Variable::add).orElseThrow();
    }

    /** (N, C_1, H_1, W_1) and (N, C_2, H_2, W_2) to (N, C_1, C_2). */
    private static <T extends TensorOps<T>> T flow(T first, T second) {
        int height = Math.min(first.shape().dim(2), second.shape().dim(2));
        int width = Math.min(first.shape().dim(3), second.shape().dim(3));
        T left = Resize.pool(first, height, width).flatten(2);
        return left.matmulTransposed(Resize.pool(second, height, width).flatten(2)).div(height * width);
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.taps().stream()).collect(Collectors.toSet());
    }
}
