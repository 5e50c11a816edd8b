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
import limbeck.tensor.TensorOps;

/**
 * Attention transfer (Zagoruyko and Komodakis, ICLR 2017, arXiv 1612.03928): where in the image a stage is active,
 * {@code A = normalize(vec_hw(mean_c |F|^p))}, a vector of length 1 for each example. Two forms, summed over the stages:
 *
 * <ul>
 * <li>{@link Form#MEAN}: {@code mean_{n,hw} (A_s - A_t)^2}, of the authors' code; weight 1000, because the mean over positions makes it
 *     small, the smaller the larger the map
 * <li>{@link Form#NORM}: {@code 1/N sum_n ||A_s - A_t||_2}, of the paper; a weight of some units, whatever the map's size
 * </ul>
 *
 * Taps maps (N, C, H, W). Channels may differ, since they are averaged; where sizes differ the larger map is pooled first. Scaling
 * either model's maps changes nothing. The absolute value matters for odd p, where {@code F^p} itself would let signs cancel.
 *
 * @param places at least one
 * @param form which of the two
 * @param power p, at least 1; 2 in the paper
 */
public record AttentionTransfer(List<SameSize> places, Form form, double power) implements Objective {
    /** How the distance of two attention maps is taken. */
    public enum Form {
        /** The mean of squares over examples and positions. */
        MEAN,
        /** The Euclidean distance, averaged over examples. */
        NORM
    }

    /** Chosen by name. */
    public static final Method METHOD = Method.named("at", "Zagoruyko, Komodakis, ICLR 2017", Compares.FEATURES)
            .advice("cheap and robust between convolutional models, whatever their widths; with form=norm take a weight of 1 to 10")
            .option("form", "mean", "mean: mean of squares over positions, as in the authors' code; norm: distance, as in the paper")
            .option("power", 2, "p of |F|^p, at least 1")
            .layers("stages")
            .weight(1000)
            .builtBy(setup -> new AttentionTransfer(setup.maps().stream().map(SameSize::new).toList(),
                    setup.oneOf("form", "mean", "norm").equals("mean") ? Form.MEAN : Form.NORM, setup.positive("power")));

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none, one shows no maps, or the power is below 1
     */
    public AttentionTransfer {
        places = Places.maps("at", places);
        if (!(power >= 1 && power < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("at: power is " + power + "; give 1 or more, usually 2");
        }
    }

    @Override
    public Variable loss(Moment moment) {
        return places.stream().map(place -> {
            Variable seen = attention(place.student(moment));
            Variable difference = seen.sub(seen.constant(attention(place.teacher(moment))));
            return switch (form) {
                case MEAN -> difference.square().mean();
                case NORM -> Unit.length(difference).mean();
            };
        }).reduce(Variable::add).orElseThrow();
    }

    /** (N, C, H, W) to (N, H W). */
    private <T extends TensorOps<T>> T attention(T maps) {
        T energy = power == 2 ? maps.square() : maps.abs().pow(power);
        return Unit.vectors(energy.mean(1).flatten(1));
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.pair().taps().stream()).collect(Collectors.toSet());
    }
}
