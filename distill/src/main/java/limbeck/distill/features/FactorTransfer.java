package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Frozen;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Term;
import limbeck.distill.connect.SameSize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Lesson;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Module;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Factor transfer (Kim, Park and Kwak, NeurIPS 2018, arXiv 1802.04977): a {@link Paraphraser} says the teacher's last map with half the
 * channels, a translator brings the student's to the same, and the two factors are compared in direction:
 * {@code mean |normalize(vec F_s) - normalize(vec F_t)|} over examples and elements.
 *
 * <p>Taps maps (N, C, H, W), by default the last before the classifier; where sizes differ the larger factor is pooled to the smaller.
 * A stage before the main one trains the paraphraser alone to reproduce the teacher's maps (30 of 240 epochs); afterwards it stays as
 * it is and the translator is trained with the student. Weight 200. Some implementations normalize {@code mean_c F^2} instead, an
 * attention map; this is the paper's form.
 *
 * @param place the layers
 * @param paraphraser the teacher's, trained before
 * @param translator the student's counterpart, trained here
 */
public record FactorTransfer(SameSize place, Paraphraser paraphraser, Module translator) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("ft", "Kim, Park, Kwak, NeurIPS 2018", Compares.FEATURES)
            .advice("one place, the last map; a part of the epochs goes into the paraphraser, not the student")
            .option("rate", 0.5, "channels of the factors as a part of the teacher's")
            .option("paraphraser-epochs", 0.125, "the part of the epochs for the paraphraser")
            .layers("last")
            .weight(200)
            .taughtBy(FactorTransfer::lesson);

    private static Lesson lesson(Setup setup) {
        Pairing pair = setup.map();
        int channels = pair.teacher().channels();
        int factors = Math.max(1, (int) (channels * setup.positive("rate")));
        Paraphraser paraphraser = setup.place(Paraphraser.of(channels, factors, setup.key().split("paraphraser")));
        Module translator = setup.place(Paraphraser.translator(pair.student().channels(), factors, setup.key().split("translator")));
        setup.note("says " + channels + " channels of the teacher with " + factors);

        var training = new Paraphraser.Training(Tap.teacher(pair.teacher().path()), paraphraser);
        var recipe = new Recipe(new Frozen(setup.task().teacher()), List.of(new Term("paraphraser", 1, training)));
        var before = new Stage("paraphraser", setup.epochs(setup.number("paraphraser-epochs")), recipe, training.parameters());
        return Lesson.of(new FactorTransfer(new SameSize(pair), paraphraser, translator)).before(before);
    }

    /**
     * Checks the place.
     *
     * @throws IllegalArgumentException if it shows no maps
     */
    public FactorTransfer {
        Places.maps("ft", List.of(place));
    }

    @Override
    public Variable loss(Moment moment) {
        Variable seen = direction(place.pool(translator.apply(place.pair().student(moment)), moment));
        Tensor shown = direction(place.pool(paraphraser.factor(place.pair().teacher(moment)), moment));
        return seen.sub(seen.constant(shown)).abs().mean();
    }

    private static <T extends TensorOps<T>> T direction(T factor) {
        return Unit.vectors(factor.flatten(1));
    }

    @Override
    public Set<Tap> taps() {
        return place.pair().taps();
    }

    /** {@return the translator's; the paraphraser is not trained any more} */
    @Override
    public List<Parameter> parameters() {
        return List.copyOf(translator.parameters().values());
    }
}
