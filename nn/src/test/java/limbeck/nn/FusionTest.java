package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.models.ResNet;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.Update;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/** Layers that run in one go when nobody watches give what they give one by one. */
class FusionTest {
    private static final Key KEY = Key.of(20261);

    private record Run(double[] out, Map<String, double[]> gradients, Map<String, double[]> buffers) {
    }

    private static Module model() {
        return ResNet.of(3, 1, 16, 16, 5, KEY);
    }

    /** All layers whose outputs would not exist where they are fused. */
    private static final Set<String> INNER = Set.of("stem.1", "layer1.0.bn1", "layer1.0.bn2", "layer1.0.preactivation", "layer2.0.bn1",
            "layer2.0.preactivation", "layer3.0.bn1", "layer3.0.preactivation");

    private static Run run(Module model, Set<String> watched, boolean training) {
        Parameter x = Parameter.of(Device.cpu().normal(KEY.split("x"), 3, 3, 11, 9).channelsLast());
        Tensor weights = Device.cpu().normal(KEY.split("weights"), 3, 5);
        Taps taps = Taps.watch(model, watched);
        var tape = new Tape();
        Supplier<Variable> forward = () -> taps.bind(() -> model.apply(x));
        Variable[] out = new Variable[1];
        Variable loss = tape.record(() -> {
            out[0] = training ? Mode.train(1, forward) : Mode.evaluate(forward);
            return out[0].mul(Variable.of(weights)).sum();
        });
        watched.forEach(path -> assertTrue(Arrays.stream(taps.get(path).tensor().toDoubles()).anyMatch(v -> v < 0), path));
        Gradients gradients = tape.backward(loss);
        var found = new LinkedHashMap<String, double[]>();
        found.put("input", gradients.of(x).toDoubles());
        model.parameters().forEach((name, parameter) -> found.put(name, gradients.of(parameter).toDoubles()));
        var buffers = new LinkedHashMap<String, double[]>();
        model.buffers().forEach((name, buffer) -> buffers.put(name, buffer.tensor().toDoubles()));
        return new Run(out[0].tensor().toDoubles(), found, buffers);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void watchedAndUnwatchedModelsAgree(boolean training) {
        agree(run(model(), INNER, training), run(model(), Set.of(), training));
    }

    /** With a bias the convolution runs by itself in training; watched it does too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConvolutionAndItsNormAgree(boolean bias) {
        Supplier<Module> model = () -> {
            ConvSpec same = ConvSpec.DEFAULT.padding(1);
            Conv2d second = bias ? Conv2d.of(16, 16, 3, same, KEY.split("second")) : Conv2d.withoutBias(16, 16, 3, same, KEY.split("second"));
            return Sequential.of(Conv2d.withoutBias(3, 16, 3, same, KEY.split("first")), BatchNorm2d.of(16), new Relu(), second,
                    BatchNorm2d.of(16), new Flatten(), Linear.of(16 * 11 * 9, 5, KEY.split("head")));
        };
        agree(run(model.get(), Set.of("1", "4"), true), run(model.get(), Set.of(), true));
        agree(run(model.get(), Set.of("0", "3"), true), run(model.get(), Set.of(), true));
    }

    @Test
    void anErrorSaysWhichOfTheTwoItComesFrom() {
        Module model = Sequential.of(Conv2d.withoutBias(3, 8, 3, ConvSpec.DEFAULT, KEY), BatchNorm2d.of(8));
        Variable one = Variable.of(Device.cpu().normal(KEY, 1, 3, 3, 3));
        String norm = assertThrows(ShapeException.class, () -> Mode.train(1, () -> model.apply(one))).getMessage();
        assertTrue(norm.contains("1 (BatchNorm2d)") && norm.contains("training needs at least 2 values"), norm);
        Variable gray = Variable.of(Device.cpu().normal(KEY, 2, 1, 9, 9));
        String conv = assertThrows(ShapeException.class, () -> Mode.train(1, () -> model.apply(gray))).getMessage();
        assertTrue(conv.contains("0 (Conv2d)") && conv.contains("conv2d: "), conv);
    }

    /** Windows side by side and overlapping. A ReLU inside a layer of its own stays where it is. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aPoolBeforeItsReluIsOneBehindIt(int kernel) {
        agree(run(pooled(kernel, Sequential.of(new Relu())), Set.of(), true), run(pooled(kernel, new Relu()), Set.of(), true));
        Module model = pooled(kernel, new Relu());
        Taps taps = Taps.watch(model, Set.of("2"));
        Variable x = Variable.of(Device.cpu().normal(KEY.split("x"), 3, 3, 11, 9));
        new Tape().record(() -> taps.bind(() -> model.apply(x)).sum());
        assertTrue(Arrays.stream(taps.get("2").tensor().toDoubles()).allMatch(v -> v >= 0), "a watched pool comes behind its ReLU");
    }

    private static Module pooled(int kernel, Module relu) {
        return Sequential.of(Conv2d.of(3, 16, 3, ConvSpec.DEFAULT, KEY.split("conv")), relu, new MaxPool2d(kernel, 2, kernel - 2), new Flatten(),
                Linear.of(16 * (kernel + 2) * (kernel + 1), 5, KEY.split("head")));
    }

    @Test
    void biasesAndRelusAgree() {
        agree(run(biased(), Set.of("0", "3"), true), run(biased(), Set.of(), true));
    }

    private static Module biased() {
        return Sequential.of(Conv2d.of(3, 17, 3, ConvSpec.DEFAULT, KEY.split("conv")), new Relu(), new Flatten(),
                Linear.of(17 * 9 * 7, 33, KEY.split("hidden")), new Relu(), Linear.of(33, 5, KEY.split("head")));
    }

    /** A batch of one takes other kernels: a row by a matrix. */
    @Test
    void oneExampleIsARowOfABatch() {
        Module model = biased();
        Variable x = Variable.of(Device.cpu().normal(KEY.split("x"), 3, 3, 11, 9));
        Variable all = model.apply(x);
        for (int i = 0; i < 3; i++) {
            close("example " + i, all.slice(0, i, i + 1).tensor().toDoubles(), model.apply(x.slice(0, i, i + 1)).tensor().toDoubles());
        }
    }

    /** A weight that does not change is packed once for many calls, and anew when it has changed. */
    @Test
    void aLayerUsedOftenFollowsItsWeight() {
        Linear layer = Linear.of(130, 70, KEY);
        Variable x = Variable.of(Device.cpu().normal(KEY.split("x"), 9, 130));
        for (int change = 0; change < 3; change++) {
            double[] expected = x.matmul(layer.weight().t()).add(layer.bias()).tensor().toDoubles();
            for (int use = 0; use < 12; use++) {
                assertArrayEquals(expected, layer.apply(x).tensor().toDoubles(), "change " + change + ", use " + use);
            }
            if (change == 0) {
                layer.weight().update(new Update.Average(0.5), Device.cpu().normal(KEY.split("change"), 70, 130), List.of());
            } else {
                layer.weight().set(Device.cpu().normal(KEY.split("other"), 70, 130));
            }
        }
    }

    private static void agree(Run plain, Run fused) {
        close("output", plain.out, fused.out);
        plain.gradients.forEach((name, expected) -> close("gradient of " + name, expected, fused.gradients.get(name)));
        plain.buffers.forEach((name, expected) -> close(name, expected, fused.buffers.get(name)));
    }

    /** Relative to the largest element: both ways round differently. */
    private static void close(String what, double[] expected, double[] actual) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-4 * scale + 1e-9, what + "[" + i + "], key " + KEY);
        }
    }

    @Test
    void aWatchedReluBehindALinearLayerIsSeen() {
        Module model = Sequential.of(Linear.of(7, 20, KEY), new Relu());
        Variable x = Variable.of(Device.cpu().normal(KEY, 5, 7));
        Taps taps = Taps.watch(model, Set.of("0", "1"));
        Variable y = taps.bind(() -> model.apply(x));
        assertArrayEquals(taps.get("0").tensor().relu().toDoubles(), taps.get("1").tensor().toDoubles());
        assertArrayEquals(y.tensor().toDoubles(), model.apply(x).tensor().toDoubles());
    }

    @Test
    void aWatchedReluIsSeen() {
        Module model = Sequential.of(Conv2d.of(3, 8, 3, ConvSpec.DEFAULT, KEY), BatchNorm2d.of(8), new Relu());
        Variable x = Variable.of(Device.cpu().normal(KEY, 2, 3, 6, 6));
        Taps taps = Taps.watch(model, Set.of("1", "2"));
        Variable y = Mode.evaluate(() -> taps.bind(() -> model.apply(x)));
        assertArrayEquals(taps.get("1").tensor().relu().toDoubles(), taps.get("2").tensor().toDoubles());
        assertArrayEquals(y.tensor().toDoubles(), taps.get("2").tensor().toDoubles());
        assertArrayEquals(y.tensor().toDoubles(), Mode.evaluate(() -> model.apply(x)).tensor().toDoubles(), 1e-6);
    }

    /** Weight and bias get their gradients from one op, and these are added up: to those of a second use, and of a second tape. */
    @Test
    void gradientsOfANormAddUp() {
        BatchNorm2d norm = BatchNorm2d.of(16);
        Tensor x = Device.cpu().normal(KEY, 2, 16, 3, 3).channelsLast();
        var alone = new Tape();
        Tensor once = alone.backward(alone.record(() -> loss(norm, Variable.of(x)))).of(norm.weight());
        try (var _ = Scope.open("twice on each of two tapes")) {
            var sum = new Gradients();
            for (int i = 0; i < 2; i++) {
                var tape = new Tape();
                tape.backward(tape.record(() -> loss(norm, Variable.of(x)).add(loss(norm, Variable.of(x)))), sum);
            }
            close("weight", once.mul(4).toDoubles(), sum.of(norm.weight()).toDoubles());
            assertEquals(16, sum.of(norm.bias()).shape().size());
        }
    }

    private static Variable loss(BatchNorm2d norm, Variable x) {
        return Mode.train(1, () -> norm.relu(x)).square().sum();
    }

    /** The middle rows of a batch: an operand that begins inside its memory, and a gradient that has none of its own. */
    @Test
    void aNormOfASliceHasItsGradient() {
        BatchNorm1d norm = BatchNorm1d.of(16);
        Parameter rows = Parameter.of(Device.cpu().normal(KEY, 12, 16));
        var tape = new Tape();
        Variable loss = tape.record(() -> Mode.train(1, () -> norm.apply(rows.slice(0, 4, 8))).sum());
        Gradients gradients = tape.backward(loss);
        close("bias", Device.cpu().ones(16).mul(4).toDoubles(), gradients.of(norm.bias()).toDoubles());
        assertTrue(Arrays.stream(gradients.of(rows).toDoubles()).allMatch(g -> Math.abs(g) < 1e-5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorInFusedLayersNamesTheLayer(boolean training) {
        Module model = Sequential.of(Conv2d.of(3, 8, 3, ConvSpec.DEFAULT, KEY), BatchNorm2d.of(4), new Relu());
        Variable x = Variable.of(Device.cpu().normal(KEY, 2, 3, 6, 6));
        Supplier<Variable> forward = () -> model.apply(x);
        var error = assertThrows(ShapeException.class, () -> {
            Variable _ = training ? Mode.train(1, forward) : Mode.evaluate(forward);
        });
        assertTrue(error.getMessage().contains("1 (BatchNorm2d)"), error.getMessage());
    }
}
