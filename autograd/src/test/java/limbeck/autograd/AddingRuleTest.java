package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.Custom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients that a kernel adds to what is there are, to the bit, those that are added up by themselves. */
class AddingRuleTest {
    private static final Key KEY = Key.of(2026);
    private static final ConvSpec SAME = ConvSpec.DEFAULT.padding(1);
    private static final Shape IMAGE = Shape.of(3, 16, 11, 9);

    /** What a variable is asked for at each of its uses: itself, or a stand-in with a gradient of its own. */
    private interface Uses {
        Variable of(Variable x);
    }

    /** A function of images and of a weight (16, 16, 3, 3). */
    private record Network(String name, Body body) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Body {
        Variable apply(Uses use, Variable x, Variable w);
    }

    private record Found(double[] input, double[] weight) {
    }

    static Stream<Network> networks() {
        return Stream.of(
                new Network("a residual block", (use, x, w) -> use.of(x).conv2d(w, SAME).relu().conv2d(w, SAME).add(use.of(x)).relu()),
                new Network("a convolution with a bias", (use, x, w) ->
                        use.of(x).apply(new Conv2dBias(SAME, true), List.of(w, w.sum(1, 2, 3))).add(use.of(x))),
                new Network("two convolutions and a plain op", (use, x, w) ->
                        use.of(x).conv2d(w, SAME.stride(2)).square().mean().add(use.of(x).tanh().mean()).add(use.of(x).conv2d(w, SAME).mean())),
                new Network("a chain of blocks", (use, x, w) -> {
                    Variable h = x;
                    for (int i = 0; i < 3; i++) {
                        h = use.of(h).conv2d(w, SAME).add(use.of(h)).relu();
                    }
                    return h;
                }),
                new Network("a gradient that is a view", (use, x, w) -> use.of(x).conv2d(w, SAME).mean().add(use.of(x).slice(2, 1, 5).mean())),
                new Network("a sum that two variables share", (use, x, w) -> {
                    Variable y = use.of(x).tanh();
                    return use.of(x).conv2d(w, SAME).add(use.of(x)).add(use.of(y).conv2d(w, SAME)).add(use.of(y));
                }),
                new Network("an image that is its own weight", (use, x, w) -> {
                    Variable square = x.slice(0, 0, 2).slice(1, 0, 2).slice(2, 0, 5).slice(3, 1, 6);
                    // Stand-ins hand on their gradients last come first.
                    Variable kernel = use.of(square);
                    return use.of(square).conv2d(kernel, ConvSpec.DEFAULT.padding(2)).add(use.of(square)).mul(w.mean());
                }));
    }

    private static Found run(Device device, Network network, Uses uses, boolean recompute, boolean leaf) {
        Variable x = Variable.leaf(Device.cpu().normal(KEY.split("x"), IMAGE.dims()).to(device).channelsLast());
        Parameter w = Parameter.of(Device.cpu().normal(KEY.split("w"), 0, 0.1, Shape.of(16, 16, 3, 3)).to(device));
        Found found;
        try (var _ = Scope.open("step")) {
            var tape = new Tape();
            Variable loss = tape.record(() -> {
                Variable image = leaf ? x : x.mul(0.5);
                Variable y = recompute ? Recompute.of(in -> network.body.apply(uses, in.getFirst(), w), List.of(image))
                        : network.body.apply(uses, image, w);
                // Other gradients for each element.
                return y.mul(Variable.of(device.arange(y.shape().intSize()).cast(y.dtype()).mul(0.37).tanh().reshape(y.shape()))).sum();
            });
            Gradients gradients = tape.backward(loss);
            found = new Found(gradients.of(x).toDoubles(), gradients.of(w).toDoubles());
        }
        assertEquals(0, device.memory().inUse());
        return found;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void bitsAreThoseOfASeparateAddition(Network network) {
        for (Device device : List.of(Device.cpu(), Device.reference())) {
            for (boolean recompute : new boolean[] {false, true}) {
                for (boolean leaf : new boolean[] {false, true}) {
                    Found apart = run(device, network, v -> v.add(0), recompute, leaf);
                    Found together = run(device, network, v -> v, recompute, leaf);
                    String where = device + (recompute ? ", recomputed" : "") + (leaf ? ", of a leaf" : "") + ", " + KEY;
                    assertArrayEquals(apart.input, together.input, "input on " + where);
                    assertArrayEquals(apart.weight, together.weight, "weight on " + where);
                }
            }
        }
    }

    /** The identity; its gradient rule looks at the memory, from which a new peak counts. */
    private record Probe(List<Long> inUse) implements Custom {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.getFirst().add(0);
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            inUse.add(gradient.device().memory().inUse());
            return List.of(gradient);
        }
    }

    /** What came past the convolution, and the sum: no third tensor for what is added to it. */
    @Test
    void theSumTakesNoMemoryBesides() {
        Device device = Device.cpu();
        long bytes = 4 * IMAGE.size();
        Variable x = Variable.leaf(device.normal(KEY.split("x"), IMAGE.dims()).channelsLast());
        Parameter w = Parameter.of(device.normal(KEY.split("w"), 16, 16, 3, 3));
        Tensor factor = device.normal(KEY.split("factor"), IMAGE.dims()).channelsLast();
        var before = new ArrayList<Long>();
        try (var _ = Scope.open("step")) {
            var tape = new Tape();
            Variable loss = tape.record(() -> {
                Variable image = x.mul(2);
                return image.conv2d(w, SAME).apply(new Probe(before), List.of()).add(image).mul(Variable.of(factor)).sum();
            });
            tape.backward(loss);
            long peak = device.memory().peak();
            // The probe's result makes room for the sum; the weight's gradient is half as large.
            assertTrue(peak < before.getFirst() + bytes, "at the peak " + peak + " over " + before);
        }
    }

    /** Gradients of several backwards are added up, in whichever order they come. */
    @Test
    void gradientsOfSeveralTapesAddUp() {
        Device device = Device.cpu();
        Variable x = Variable.leaf(device.normal(KEY.split("x"), IMAGE.dims()).channelsLast());
        Parameter w = Parameter.of(device.normal(KEY.split("w"), 16, 16, 3, 3));
        List<double[]> apart = new ArrayList<>();
        var sum = new Gradients();
        try (var _ = Scope.open("step")) {
            for (boolean together : new boolean[] {false, true}) {
                for (int i = 0; i < 2; i++) {
                    var tape = new Tape();
                    Variable loss = tape.record(() -> x.conv2d(w, SAME).square().mean());
                    Gradients into = together ? sum : new Gradients();
                    tape.backward(loss, into);
                    apart.add(into.of(x).toDoubles());
                }
            }
        }
        double[] twice = apart.getFirst().clone();
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        assertArrayEquals(twice, apart.getLast());
    }
}
