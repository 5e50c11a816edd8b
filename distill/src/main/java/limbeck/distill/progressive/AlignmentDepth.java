package limbeck.distill.progressive;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Stateful;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.control.Schedules;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Range;
import limbeck.distill.method.Setup;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Features aligned from below within one stage, beside the labels: {@code L = sum_i clamp(depth - i, 0, 1) L_i} over the places i = 0, 1,
 * ... in the order in which they run, where the depth is a {@link Schedule}. At depth 1 the first place is aligned, at 2 the first two; at
 * 1.5 the second counts half. A place that does not count yet is not computed.
 *
 * <p>It is the form in one piece of {@link ProgressiveFeatures} (Gao et al., 2018, arXiv 1812.01819): one optimizer, one learning rate, and
 * the labels from the first step. What is below goes on to be aligned.
 *
 * @param places a loss for each place, at least one, in the order in which they run
 * @param scale what each of them is multiplied by
 * @param depth how many count over time
 */
public record AlignmentDepth(List<Objective> places, double scale, Schedule depth) implements Objective, Stateful {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("alignment-depth", "after Gao et al., 2018", Compares.FEATURES)
            .advice("features from below while the labels are learned; depth=9 aligns all places at once")
            .option(FeatureLoss.OPTION, "hint", FeatureLoss.HELP)
            .schedule("depth", 0, Range.NOT_NEGATIVE, "how many places are aligned, over time; 0: one more at a time, all of them from the "
                    + "middle of the stage on")
            .layers("stages")
            .builtBy(AlignmentDepth::build);

    private static AlignmentDepth build(Setup setup) {
        FeatureLoss loss = FeatureLoss.of(setup);
        List<Objective> places = List.copyOf(loss.objectives(setup, loss.pairs(setup)));
        if (!Schedules.isNumber(setup.text("depth")) || setup.number("depth") > 0) {
            return new AlignmentDepth(places, loss.weight(), setup.schedule("depth"));
        }
        setup.note("aligns one more of " + places.size() + " places at a time, all of them from the middle of the stage on");
        return new AlignmentDepth(places, loss.weight(), setup.schedule("depth", epochs -> growing(places.size(), 0.5 * epochs)));
    }

    /**
     * A depth that grows from 1 to all places, a whole place at a time.
     *
     * @param places how many there are
     * @param epochs when all of them have come to count
     * @return the depth over time
     */
    public static Schedule growing(int places, double epochs) {
        Schedule line = Schedule.linear(1, places, Schedule.epochs(epochs));
        // An epoch that was computed from steps may be an ulp short of a boundary.
        return p -> Math.floor(line.at(p) + 1e-9);
    }

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none
     */
    public AlignmentDepth {
        places = List.copyOf(places);
        if (places.isEmpty()) {
            throw new IllegalArgumentException("alignment-depth: there is no place to compare; give at least one loss");
        }
    }

    @Override
    public Variable loss(Moment moment) {
        double deep = Math.max(0, depth.at(moment.progress()));
        Variable sum = null;
        for (int i = 0; i < places.size() && i < deep; i++) {
            Variable loss = places.get(i).loss(moment).mul(scale * Math.min(1, deep - i));
            sum = sum == null ? loss : sum.add(loss);
        }
        // On the tape, so that a step without any other loss has a gradient: 0.
        return sum == null ? moment.student().features().values().iterator().next().mul(0).sum() : sum;
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return places.stream().flatMap(place -> place.parameters().stream()).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        places.forEach(place -> place.check(student, teacher));
    }

    /** {@return whether one of the losses does} */
    @Override
    public boolean needsLabels() {
        return places.stream().anyMatch(Objective::needsLabels);
    }

    private Stateful kept() {
        var parts = new LinkedHashMap<String, Stateful>();
        IntStream.range(0, places.size()).forEach(i -> parts.put(Integer.toString(i), Stateful.in(places.get(i))));
        return Stateful.all(parts);
    }

    @Override
    public Map<String, Tensor> state() {
        return kept().state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        kept().restore(state);
    }
}
