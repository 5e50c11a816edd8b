package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.connect.SameSize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Neuron selectivity transfer (Huang and Wang, 2017, arXiv 1707.01219): the channels of a layer are samples from a distribution of
 * patterns, and student and teacher should have the same one. The squared maximum mean discrepancy with the kernel
 * {@code k(a, b) = (a . b)^2}, where each channel is a vector of H W positions of length 1:
 * {@code mean k(t, t') + mean k(s, s') - 2 mean k(s, t)}, means over examples and pairs of channels, summed over the stages.
 *
 * <p>Taps maps (N, C, H, W). Channels may differ; where sizes differ the larger map is pooled first. The kernels are products of
 * matrices (N, C, H W), so memory grows with {@code N C^2}, not with {@code N C^2 H W} as it does where the channels are broadcast.
 *
 * @param places at least one
 */
public record NeuronSelectivity(List<SameSize> places) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("nst", "Huang, Wang, 2017", Compares.FEATURES)
            .advice("compares distributions of channels; dear for wide layers, often behind at")
            .layers("stages")
            .weight(50)
            .builtBy(setup -> new NeuronSelectivity(setup.maps().stream().map(SameSize::new).toList()));

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none, or one shows no maps
     */
    public NeuronSelectivity {
        places = Places.maps("nst", places);
    }

    @Override
    public Variable loss(Moment moment) {
        return places.stream().map(place -> {
            Variable s = channels(place.student(moment));
            Tensor t = channels(place.teacher(moment));
            Variable within = kernel(s, s).add(s.constant(kernel(t, t)));
            return within.sub(kernel(s, s.constant(t)).mul(2));
        }).reduce(Variable::add).orElseThrow();
    }

    /** (N, C, H, W) to (N, C, H W), each channel of length 1. */
    private static <T extends TensorOps<T>> T channels(T maps) {
        return Unit.vectors(maps.flatten(2));
    }

    /** The mean of (a . b)^2 over examples and pairs of channels. */
    private static <T extends TensorOps<T>> T kernel(T a, T b) {
        return a.matmulTransposed(b).square().mean();
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.pair().taps().stream()).collect(Collectors.toSet());
    }
}
