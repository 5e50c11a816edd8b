package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.Update;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a batch norm in evaluation keeps between calls is never older than what it comes from. */
class FoldingTest {
    private static final Key KEY = Key.of(20262);
    private static final ConvSpec SPEC = ConvSpec.DEFAULT.padding(1);

    private final Conv2d conv = Conv2d.of(16, 32, 3, SPEC, KEY);
    private final BatchNorm2d norm = new BatchNorm2d(parameter("weight"), parameter("bias"), Buffer.of(values("mean")),
            Buffer.of(values("variance").square()), 1e-3, 0.1);
    private final Variable x = image(8);

    private static Variable image(int extent) {
        return Variable.of(Device.cpu().normal(KEY.split("x" + extent), 1, 16, extent, extent));
    }

    private static Tensor values(String name) {
        return Device.cpu().normal(KEY.split(name), 32);
    }

    private static Parameter parameter(String name) {
        return Parameter.of(values(name));
    }

    private float[] run(Variable image) {
        try (var _ = Scope.open("a call")) {
            return ConvNorm.relu(conv, norm, image).tensor().toFloats();
        }
    }

    /** By layers that have never run. */
    private float[] anew(Variable image) {
        var fresh = new BatchNorm2d(copy(norm.weight()), copy(norm.bias()), Buffer.of(norm.runningMean().tensor().add(0)),
                Buffer.of(norm.runningVariance().tensor().add(0)), norm.epsilon(), norm.momentum());
        return ConvNorm.relu(new Conv2d(copy(conv.weight()), copy(conv.bias()), SPEC), fresh, image).tensor().toFloats();
    }

    private static Parameter copy(Parameter parameter) {
        return Parameter.of(parameter.tensor().add(0));
    }

    @TestFactory
    Stream<DynamicTest> everyChangeIsSeen() {
        Stream<Parameter> parameters = Stream.of(conv.weight(), conv.bias(), norm.weight(), norm.bias());
        Stream<Buffer> buffers = Stream.of(norm.runningMean(), norm.runningVariance());
        var toward = new Update.Average(0.5);
        return Stream.of(
                parameters.flatMap(p -> Stream.of(
                        changes("set " + p.shape(), () -> p.set(p.tensor().mul(1.5))),
                        changes("step " + p.shape(),
                                () -> Sgd.of(List.of(p), Schedule.constant(0.1), 0, 0).step(gradients(p), Progress.START)))),
                buffers.flatMap(b -> Stream.of(
                        changes("set buffer", () -> b.set(b.tensor().mul(1.5))),
                        changes("update buffer", () -> b.update(toward, b.tensor().mul(3))))),
                Stream.of(changes("training", () -> Mode.train(1, () -> ConvNorm.relu(conv, norm, x)))))
                .flatMap(s -> s);
    }

    private static Gradients gradients(Parameter parameter) {
        var tape = new Tape();
        return tape.backward(tape.record(() -> parameter.square().sum()));
    }

    private DynamicTest changes(String what, Runnable change) {
        return DynamicTest.dynamicTest(what, () -> {
            float[] before = run(x);
            // Kept from the second call on, and used from the third.
            assertArrayEquals(before, run(x), "a second call");
            assertArrayEquals(before, run(x), "a third call");
            change.run();
            float[] after = run(x);
            assertFalse(Arrays.equals(before, after), "the change is seen");
            assertArrayEquals(anew(x), after, "as by a new layer");
            assertArrayEquals(after, run(x), "and again");
            assertArrayEquals(after, run(x), "and a third time");
        });
    }

    @Test
    void imagesOfOtherSizesTakeOtherFormsOfTheSameWeight() {
        for (int extent : new int[] {8, 32, 5, 80, 8}) {
            Variable image = image(extent);
            assertArrayEquals(anew(image), run(image), "extent " + extent);
            assertArrayEquals(anew(image), run(image), "extent " + extent + ", again");
        }
    }

    @Test
    void aWeightOfTwoNormsIsFoldedForEach() {
        var other = new BatchNorm2d(parameter("other"), norm.bias(), norm.runningMean(), Buffer.of(values("other").square()), 1e-3, 0.1);
        float[] first = run(x);
        float[] second = ConvNorm.relu(conv, other, x).tensor().toFloats();
        assertFalse(Arrays.equals(first, second));
        for (int call = 0; call < 3; call++) {
            assertArrayEquals(first, run(x));
        }
        assertArrayEquals(second, ConvNorm.relu(conv, other, x).tensor().toFloats());
    }

    @Test
    void withoutANormTheWeightIsKeptFromItsSecondCall() {
        for (int extent : new int[] {8, 20}) {
            Variable image = image(extent);
            for (int change = 0; change < 3; change++) {
                float[] expected = new Conv2d(copy(conv.weight()), copy(conv.bias()), SPEC).apply(image).tensor().toFloats();
                for (int call = 0; call < 3; call++) {
                    assertArrayEquals(expected, conv.apply(image).tensor().toFloats(), "change " + change + ", call " + call);
                }
                Sgd.of(List.of(conv.weight()), Schedule.constant(0.1), 0, 0).step(gradients(conv.weight()), Progress.START);
            }
        }
    }

    @Test
    void onATapeTheScaleHasItsGradient() {
        run(x);
        var tape = new Tape();
        Variable y = tape.record(() -> ConvNorm.relu(conv, norm, x).sum());
        assertFalse(Arrays.stream(tape.backward(y).of(norm.weight()).toDoubles()).allMatch(g -> g == 0));
    }
}
