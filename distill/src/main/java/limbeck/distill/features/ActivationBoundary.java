package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Activation boundaries (Heo et al., AAAI 2019, arXiv 1811.03233): whether a neuron is active matters, not how much. Where the
 * teacher's is, the connected student's shall be above 1, elsewhere below -1:
 * {@code (s + 1)^2 if s > -1 and t <= 0; (s - 1)^2 if s <= 1 and t > 0}. Summed over all elements and divided by the batch; stage i of L
 * is weighted by {@code 2^(i - L + 1)}, i from 0, so the last counts 1.
 *
 * <p>Taps maps or vectors before their ReLUs. The connectors end in batch norm without a ReLU. It is a stage of its own that gives the
 * student its first weights (30 of 240 epochs); the main stage has the labels alone, and {@code kd} where it is asked for. The weight
 * of 3/1000 is that of the authors' code.
 *
 * @param places at least one, in the order in which they run
 */
public record ActivationBoundary(List<Connected> places) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("ab", "Heo et al., AAAI 2019", Compares.FEATURES)
            .advice("gives the student a start, good with little data; then trains on the labels, best with kd")
            .option("init-epochs", 0.125, "the part of the epochs for the start")
            .layers("preactivations")
            .weight(0.003)
            .taughtBy(ActivationBoundary::lesson);

    private static Lesson lesson(Setup setup) {
        List<Pairing> pairs = setup.pairs();
        var boundary = new ActivationBoundary(Places.connect(setup, pairs, Tail.NORM));
        return Lesson.of(null).before(Places.before(setup, "ab", "init-epochs", pairs.getLast(), boundary));
    }

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ActivationBoundary {
        places = Places.some("ab", places);
    }

    @Override
    public Variable loss(Moment moment) {
        return IntStream.range(0, places.size())
                .mapToObj(i -> distance(places.get(i), moment).mul(Math.scalb(1.0, i - places.size() + 1)))
                .reduce(Variable::add).orElseThrow();
    }

    private static Variable distance(Connected place, Moment moment) {
        Variable s = place.student(moment);
        Tensor t = place.teacher(moment);
        // Both cases are max(0, 1 - side s)^2 with the teacher's side, 1 or -1.
        Tensor side = t.gt(0).to(t.dtype()).mul(2).sub(1);
        return s.mul(s.constant(side)).rsub(1).relu().square().sum().div(s.shape().dim(0));
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.pair().taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return places.stream().flatMap(place -> place.parameters().stream()).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        places.forEach(place -> place.check("ab", student, teacher));
    }
}
