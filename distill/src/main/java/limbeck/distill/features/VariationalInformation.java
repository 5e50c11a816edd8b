package limbeck.distill.features;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.connect.SameSize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Conv2d;
import limbeck.nn.Init;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;

/**
 * Variational information distillation (Ahn et al., CVPR 2019, arXiv 1904.05835): a bound on the information that the student's layer
 * has about the teacher's. The teacher's maps t are guessed as normal with a mean of the student's and a variance for each channel:
 * {@code mean 1/2 ((mu(F_s) - t)^2 / v_c + log v_c)} over all elements, summed over the stages, with
 * {@code v_c = softplus(a_c) + 1e-5}.
 *
 * <p>The mean is three convolutions 1x1 with ReLUs between them, without biases. Both it and the {@code a_c} are learned and so are
 * among the {@link #parameters}: with variances that stay where they start this would be an MSE. The loss can become negative, since a
 * density may exceed 1.
 *
 * <p>Taps maps (N, C, H, W); where sizes differ the larger is pooled first.
 *
 * @param guesses at least one
 */
public record VariationalInformation(List<Guess> guesses) implements Objective {
    /** What keeps the variances away from 0. */
    private static final double SMALLEST = 1e-5;

    /**
     * A place and what is guessed there.
     *
     * @param place the layers
     * @param mean from the student's maps to the mean of the teacher's
     * @param spread the {@code a_c}, one for each of the teacher's channels, (C)
     */
    public record Guess(SameSize place, Module mean, Parameter spread) {
        /**
         * A guess as it begins.
         *
         * @param pair the layers, which show maps
         * @param variance where all variances start; 5 in the authors' code
         * @param key where the randomness comes from
         * @return the guess
         */
        public static Guess of(Pairing pair, double variance, Key key) {
            int out = pair.teacher().channels();
            int[] widths = {pair.student().channels(), out, out, out};
            var layers = new ArrayList<Module>();
            for (int i = 0; i < 3; i++) {
                Parameter weight = Parameter.of(Init.weight(key.split(i), Shape.of(widths[i + 1], widths[i], 1, 1)));
                layers.add(new Conv2d(weight, null, ConvSpec.DEFAULT));
                if (i < 2) {
                    layers.add(new Relu());
                }
            }
            // The inverse of softplus, log(e^v - 1), without an e^v that overflows.
            double spread = variance - SMALLEST + Math.log(-Math.expm1(SMALLEST - variance));
            return new Guess(new SameSize(pair), new Sequential(layers), Parameter.of(Init.device().full(spread, Shape.of(out))));
        }

        private Variable loss(Moment moment) {
            Variable mu = mean.apply(place.student(moment));
            Variable variance = spread.softplus().add(SMALLEST).reshape(1, spread.shape().dim(0), 1, 1);
            Variable error = mu.sub(mu.constant(place.teacher(moment))).square();
            // All channels have as many elements, so the mean over elements of log v is that over channels.
            return error.div(variance).mean().add(variance.log().mean()).mul(0.5);
        }

        private Stream<Parameter> parameters() {
            return Stream.concat(mean.parameters().values().stream(), Stream.of(spread));
        }
    }

    /** Chosen by name. */
    public static final Method METHOD = Method.named("vid", "Ahn et al., CVPR 2019", Compares.FEATURES)
            .advice("learns which of the teacher's channels can be followed; the loss may become negative")
            .option("variance", 5, "where the variances start")
            .layers("stages")
            .builtBy(VariationalInformation::of);

    private static VariationalInformation of(Setup setup) {
        List<Pairing> pairs = setup.maps();
        double variance = setup.positive("variance");
        if (variance <= SMALLEST) {
            throw setup.complaint("variance needs a number above " + SMALLEST + ", got " + variance);
        }
        return new VariationalInformation(IntStream.range(0, pairs.size()).mapToObj(i -> {
            Guess guess = Guess.of(pairs.get(i), variance, setup.key().split(i));
            setup.place(guess.mean);
            guess.spread.set(guess.spread.tensor().to(setup.task().device()));
            return guess;
        }).toList());
    }

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none, or one shows no maps
     */
    public VariationalInformation {
        guesses = List.copyOf(guesses);
        Places.maps("vid", guesses.stream().map(Guess::place).toList());
    }

    @Override
    public Variable loss(Moment moment) {
        return guesses.stream().map(guess -> guess.loss(moment)).reduce(Variable::add).orElseThrow();
    }

    @Override
    public Set<Tap> taps() {
        return guesses.stream().flatMap(guess -> guess.place.pair().taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return guesses.stream().flatMap(Guess::parameters).toList();
    }
}
