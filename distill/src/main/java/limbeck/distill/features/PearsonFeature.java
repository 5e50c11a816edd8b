package limbeck.distill.features;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.connect.SameSize;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.Reduction;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * Distillation by the Pearson correlation of features, PKD (Cao et al., NeurIPS 2022, arXiv 2207.02039): each channel is brought to
 * mean 0 and deviation 1 over examples and positions, then {@code L = mean (s - t)^2 / 2}, which is 1 minus the correlation of the
 * channels, up to the correction of the variance. Magnitude and bias of a channel do not count, so that students and teachers of
 * different architectures can be compared.
 *
 * <p>It needs one map of each, (N, C, H, W), with at least 2 values for each channel. Where the channels differ a connector, a
 * convolution 1x1, takes the student's to the teacher's number; where the sizes differ the larger is averaged down to the smaller. The
 * deviation is the unbiased one plus 1e-6; a channel that is constant counts as 0 and gets no gradient.
 *
 * @param pair where to look; the last feature maps
 * @param connector from the student's channels to the teacher's; an {@link limbeck.nn.Identity} where they are as many
 */
public record PearsonFeature(Pairing pair, Module connector) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("pkd", "Cao et al., NeurIPS 2022", Compares.FEATURES)
            .advice("for a teacher of another architecture: neither magnitude nor bias of its channels counts")
            .layers("last")
            .weight(6)
            .builtBy(PearsonFeature::build);

    private static final double EPSILON = 1e-6;
    private static final double LEAST_VARIANCE = 1e-24;

    private static Objective build(Setup setup) {
        Pairing pair = setup.map();
        return new PearsonFeature(pair, Channels.match(setup, pair));
    }

    @Override
    public Variable loss(Moment moment) {
        var size = new SameSize(pair);
        Tensor teacher = standard(size.teacher(moment));
        return Losses.mse(standard(size.pool(connector.apply(pair.student(moment)), moment)), teacher, Reduction.MEAN).div(2);
    }

    private static <T extends TensorOps<T>> T standard(T maps) {
        T centred = maps.sub(maps.mean(List.of(0, 2, 3), true));
        long count = maps.shape().size() / maps.shape().dim(1);
        T variance = centred.square().sum(List.of(0, 2, 3), true).div(Math.max(1, count - 1));
        // The root's slope at 0 has no bound; gate leaves constant channels 0, which have no pattern to follow.
        return centred.mul(variance.gate(variance.clamp(LEAST_VARIANCE, Double.POSITIVE_INFINITY).sqrt().add(EPSILON).reciprocal()));
    }

    @Override
    public Set<Tap> taps() {
        return pair.taps();
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(connector.parameters().values());
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        Channels.check("pkd", pair, Channels.run(connector, student.feature(pair.student().path())),
                teacher.feature(pair.teacher().path()));
        Shape maps = teacher.feature(pair.teacher().path());
        if (maps.size() / maps.dim(1) < 2) {
            throw new IllegalArgumentException("pkd: a deviation needs at least 2 values for each channel, the teacher's "
                    + pair.teacher().path() + " " + maps + " has 1; give larger batches, or choose a layer before it");
        }
    }
}
