package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;

/** Layers of residual networks, forward and backward, beside cuDNN, in operations a second. Ours and theirs have channels last. */
final class ConvolutionRates {
    private static final int PATTERN = 1 << 18;

    private final Ours ours;
    private final Figures figures;
    private final Optional<Rival.Convolutions> rival;

    private ConvolutionRates(Ours ours, Figures figures) {
        this.ours = ours;
        this.figures = figures;
        this.rival = Rival.find(Rival.Convolutions.class, "Cudnn", figures);
    }

    /** Measures all precisions in turn. */
    static void measure(Ours ours, Figures figures, Options options) {
        var rates = new ConvolutionRates(ours, figures);
        List<Convolution> layers = options.quick() ? Convolution.TOYS : Convolution.LAYERS;
        for (Precision precision : options.precisions()) {
            // FP32 is what is used and as exact; time is short.
            if (precision == Precision.STRICT) {
                continue;
            }
            Precision.use(precision);
            for (Convolution.Part part : Convolution.Part.values()) {
                rates.agree(precision, layers.getFirst(), part);
                layers.forEach(layer -> rates.rate(precision, layer, part));
            }
        }
    }

    private static String name(Precision precision, Convolution layer, Convolution.Part part) {
        return "conv " + layer + ", " + part + ", " + Rates.name(precision);
    }

    private void rate(Precision precision, Convolution layer, Convolution.Part part) {
        String name = name(precision, layer, part);
        figures.attempt(name, () -> {
            Tensor x = ours.gpu().normal(Key.of(1), 0, 1, layer.image()).channelsLast();
            Tensor w = ours.gpu().normal(Key.of(2), 0, 1, layer.weight());
            Tensor g = ours.gpu().normal(Key.of(3), 0, 1, layer.result()).channelsLast();
            add(name, Figure.OURS, layer.operations() / ours.time(computed(layer, part, x, w, g)));
        });
        float[] first = Agreement.numbers(PATTERN, 1);
        float[] second = Agreement.numbers(PATTERN, 2);
        figures.attempt(name + " by a rival", () -> works(precision, layer, part, first, second).stream().mapToDouble(ours::time).min()
                .ifPresent(best -> add(name, "cuDNN", layer.operations() / best)));
    }

    private static Supplier<Tensor> computed(Convolution layer, Convolution.Part part, Tensor x, Tensor w, Tensor g) {
        return switch (part) {
            case FORWARD -> () -> x.conv2d(w, layer.spec());
            case IMAGE -> () -> g.apply(new Conv2dInput(layer.spec(), layer.image()), List.of(w));
            case WEIGHT -> () -> x.apply(new Conv2dWeight(layer.spec(), layer.weight()), List.of(g));
        };
    }

    private List<Work> works(Precision precision, Convolution layer, Convolution.Part part, float[] first, float[] second) {
        return rival.map(r -> r.convolutions(precision, layer, part, first, second)).orElse(List.of());
    }

    private void agree(Precision precision, Convolution layer, Convolution.Part part) {
        Tensor x = numbers(layer.batch(), layer.side(), layer.in(), 1);
        Tensor w = numbers(layer.out(), layer.kernel(), layer.in(), 2);
        Tensor g = numbers(layer.batch(), layer.resultSide(), layer.out(), 3);
        String what = name(precision, layer, part) + " by a rival";
        figures.attempt(what, () -> {
            Tensor result = computed(layer, part, x, w, g).get();
            float[] expected = ordered(result);
            float[] first = ordered(part == Convolution.Part.IMAGE ? g : x);
            float[] second = ordered(part == Convolution.Part.WEIGHT ? g : w);
            for (Work work : works(precision, layer, part, first, second)) {
                try (work) {
                    work.launch();
                    work.await();
                    Agreement.require(precision, expected, work.result(expected.length));
                }
            }
        });
    }

    private Tensor numbers(int batch, int side, int channels, long salt) {
        return ours.gpu().tensor(Agreement.numbers(batch * side * side * channels, salt), batch, side, side, channels).permute(0, 3, 1, 2);
    }

    /** The elements as they lie with channels last. */
    private static float[] ordered(Tensor images) {
        return images.permute(0, 2, 3, 1).contiguous().toFloats();
    }

    private void add(String name, String who, double rate) {
        figures.add(new Figure(name, who, rate * 1e-12, "TFLOP/s"));
    }
}
