package limbeck.distill.features;

import java.util.List;
import java.util.Optional;
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
import limbeck.distill.method.Method;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.BatchNorm2d;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * The overhaul of feature distillation (Heo et al., ICCV 2019, arXiv 1904.01866): features before the ReLU, of which the negative
 * part tells little. The target is the teacher's feature, cut off at a negative margin of its channel, {@code t' = max(t, m)}, and where
 * that is not positive the student only has to be below it: {@code (s - t')^2 if s > t' or t' > 0, else 0}. Summed over channels and
 * positions, averaged over the batch; stage i of L is weighted by {@code 2^(i - L + 1)}, i from 0, so the last counts 1.
 *
 * <p>The margin is what a channel's negative values are on average. Behind a batch norm with bias mu and weight of size sd, values are
 * nearly normal, and {@code m = mu - sd phi(mu / sd) / Phi(-mu / sd)}; where fewer than 0.001 of them are negative,
 * {@code m = -3 sd}. Without a batch norm it is the mean of the batch's negative values, channel by channel.
 *
 * <p>Taps maps before their ReLUs. The connectors are convolutions with batch norm. Weight 1e-3 for small images, 1e-4 for ImageNet.
 *
 * @param places at least one, in the order in which they run
 */
public record Overhaul(List<Place> places) implements Objective {
    /**
     * A place with its margins.
     *
     * @param connected the layers and the connector
     * @param margins one for each of the teacher's channels, (C), none above 0; null to take each batch's own
     */
    public record Place(Connected connected, Tensor margins) {
    }

    /** Chosen by name. */
    public static final Method METHOD = Method.named("ofd", "Heo et al., ICCV 2019", Compares.FEATURES)
            .advice("strong between convolutional models with batch norm; weight 1e-4 for large images")
            .layers("preactivations")
            .weight(1e-3)
            .builtBy(setup -> new Overhaul(Places.connect(setup, setup.maps(), Tail.NORM).stream()
                    .map(connected -> new Place(connected, margins(setup, connected.pair()))).toList()));

    /** Below this part of negative values their mean is not worth calculating. */
    private static final double RARE = 0.001;

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Overhaul {
        places = Places.some("ofd", places);
    }

    private static Tensor margins(Setup setup, Pairing pair) {
        Optional<BatchNorm2d> norm = setup.task().teachers().normBefore(pair.teacher())
                .filter(one -> one.weight().shape().dim(0) == pair.teacher().channels());
        setup.note(norm.isPresent() ? "takes the margins of " + pair.teacher().path() + " from the batch norm before it"
                : "finds no batch norm before " + pair.teacher().path() + " and takes its margins from each batch");
        return norm.map(one -> margins(one).to(setup.task().device())).orElse(null);
    }

    /**
     * The margins of the channels behind a batch norm.
     *
     * @param norm whose weight and bias say how the values are spread
     * @return (C), in double on the reference device
     */
    public static Tensor margins(BatchNorm2d norm) {
        double[] mean = norm.bias().tensor().toDoubles();
        double[] margin = new double[mean.length];
        double[] deviation = norm.weight().tensor().abs().toDoubles();
        // Phi(-mu / sd); the quotient of a channel without spread does not matter
        double[] negative = Device.reference().tensor(IntStream.range(0, mean.length)
                .mapToDouble(i -> deviation[i] == 0 ? 0 : -mean[i] / deviation[i] / Math.sqrt(2)).toArray(), mean.length)
                .erf().add(1).div(2).toDoubles();
        for (int i = 0; i < margin.length; i++) {
            double sd = deviation[i];
            double z = mean[i] / sd;
            if (sd == 0) {
                margin[i] = Math.min(mean[i], 0);
            } else if (negative[i] > RARE) {
                margin[i] = mean[i] - sd * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) / negative[i];
            } else {
                margin[i] = -3 * sd;
            }
        }
        return Device.reference().tensor(margin, margin.length);
    }

    @Override
    public Variable loss(Moment moment) {
        return IntStream.range(0, places.size())
                .mapToObj(i -> distance(places.get(i), moment).mul(Math.scalb(1.0, i - places.size() + 1)))
                .reduce(Variable::add).orElseThrow();
    }

    private static Variable distance(Place place, Moment moment) {
        Variable s = place.connected.student(moment);
        Tensor t = place.connected.teacher(moment);
        Tensor margin = place.margins == null ? meanOfNegatives(t) : place.margins.reshape(1, place.margins.shape().dim(0), 1, 1);
        Tensor target = t.maximum(margin);
        Variable above = s.sub(s.constant(target));
        return s.constant(target.gt(0)).where(above, above.relu()).square().sum().div(s.shape().dim(0));
    }

    /** (N, C, H, W) to (1, C, 1, 1); 0 where nothing is negative. */
    private static Tensor meanOfNegatives(Tensor t) {
        List<Integer> axes = List.of(0, 2, 3);
        Tensor count = t.lt(0).to(t.dtype()).sum(axes, true);
        return t.minimum(t.device().full(0, Shape.SCALAR)).sum(axes, true).div(count.clamp(1, Double.POSITIVE_INFINITY));
    }

    @Override
    public Set<Tap> taps() {
        return places.stream().flatMap(place -> place.connected.pair().taps().stream()).collect(Collectors.toSet());
    }

    @Override
    public List<Parameter> parameters() {
        return places.stream().flatMap(place -> place.connected.parameters().stream()).toList();
    }

    @Override
    public void check(Views<Shape> student, Views<Shape> teacher) {
        places.forEach(place -> place.connected.check("ofd", student, teacher));
    }
}
