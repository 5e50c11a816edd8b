package limbeck.nn.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import limbeck.autograd.Gradients;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Init;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.ModuleChecks;
import limbeck.nn.Summary;
import limbeck.nn.Taps;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelsTest {
    private static Module build(String name, Shape example, int classes) {
        return Models.build(name, example, classes, Key.of(1));
    }

    static String[] names() {
        return Models.names().stream().map(name -> name.replace("<widths>", "30-20")).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyModelTrainsOnSmallAndOddImages(String name) {
        for (Shape example : new Shape[] {Shape.of(1, 8, 8), Shape.of(3, 9, 11)}) {
            Module model = build(name, example, 7);
            var tape = new Tape();
            Variable x = Variable.of(Device.cpu().normal(Key.of(2), 2, example.dim(0), example.dim(1), example.dim(2)));
            Variable logits = tape.record(() -> Mode.train(1, () -> model.apply(x)));
            assertEquals(Shape.of(2, 7), logits.shape());
            Gradients gradients = tape.backward(tape.record(() -> logits.square().sum()));
            model.parameters().forEach((path, parameter) -> assertTrue(gradients.has(parameter), path));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Published numbers for 100 classes (Tian et al., ICLR 2020, and their code).
        "resnet20, 278324", "resnet56, 861620", "resnet110, 1736564", "resnet8x4, 1233540", "resnet32x4, 7433860",
        "wrn-16-2, 703284", "wrn-40-1, 569780", "wrn-40-2, 2255156",
    })
    void parametersOnCifar100(String name, long parameters) {
        Module model = build(name, Shape.of(3, 32, 32), 100);
        assertEquals(parameters, model.parameters().values().stream().mapToLong(p -> p.shape().size()).sum());
    }

    @ParameterizedTest
    @CsvSource({
        "linear, 7850, 7850, 7840, 7840", "mlp-300-100, 266610, 266610, 266200, 266200", "hinton-teacher, 2395210, 2395210, 2392800, 2392800",
        "cnn-tiny, 5000, 10000, 600000, 900000", "cnn-small, 25000, 60000, 2000000, 5000000", "cnn-base, 90000, 120000, 8000000, 12000000",
        "cnn-deep, 280000, 300000, 17000000, 20000000", "cnn-large, 1000000, 1300000, 50000000, 100000000",
    })
    void sizesOnDigits(String name, long fewest, long most, long least, long greatest) {
        Summary summary = Summary.of(build(name, Shape.of(1, 28, 28), 10), Shape.of(1, 1, 28, 28));
        assertTrue(fewest <= summary.parameters() && summary.parameters() <= most, name + "\n" + summary);
        assertTrue(least <= summary.multiplyAdds() && summary.multiplyAdds() <= greatest, name + "\n" + summary);
    }

    @Test
    void stagesCanBeWatched() {
        Module model = build("resnet8", Shape.of(3, 16, 16), 10);
        Taps taps = Taps.watch(model, Set.of("stem", "layer1", "layer2", "layer3", "layer3.0.preactivation", "pool"));
        taps.bind(() -> model.apply(Variable.of(Device.cpu().normal(Key.of(2), 2, 3, 16, 16))));
        assertEquals(Shape.of(2, 16, 16, 16), taps.get("stem").shape());
        assertEquals(Shape.of(2, 16, 16, 16), taps.get("layer1").shape());
        assertEquals(Shape.of(2, 32, 8, 8), taps.get("layer2").shape());
        assertEquals(Shape.of(2, 64, 4, 4), taps.get("layer3").shape());
        assertEquals(Shape.of(2, 64), taps.get("pool").shape());
        assertArrayEquals(taps.get("layer3").tensor().toDoubles(), taps.get("layer3.0.preactivation").tensor().relu().toDoubles());
    }

    @Test
    void blocksHaveRightGradients() {
        Init.on(Device.reference(), () -> {
            for (boolean training : new boolean[] {true, false}) {
                ModuleChecks.gradients(ResNet.BasicBlock.of(2, 3, 2, Key.of(5)), ModuleChecks.normal(6, 3, 2, 4, 4), training);
                ModuleChecks.gradients(WideResNet.PreActivationBlock.of(2, 3, 2, Key.of(5)), ModuleChecks.normal(6, 3, 2, 4, 4), training);
            }
            return null;
        });
    }

    @Test
    void theSameKeyGivesTheSameWeights() {
        double[] first = build("cnn-tiny", Shape.of(1, 8, 8), 3).parameters().get("stage2.0.weight").tensor().toDoubles();
        assertArrayEquals(first, build("cnn-tiny", Shape.of(1, 8, 8), 3).parameters().get("stage2.0.weight").tensor().toDoubles());
        Module blocks = build("resnet14", Shape.of(1, 8, 8), 3);
        assertFalse(Arrays.equals(blocks.parameters().get("layer1.0.conv1.weight").tensor().toDoubles(),
                blocks.parameters().get("layer1.1.conv1.weight").tensor().toDoubles()), "each layer has its own key");
    }

    @Test
    void perceptronsTakeVectors() {
        assertEquals(Shape.of(5, 3), logits(build("mlp-8", Shape.of(13), 3)));
        assertEquals(Shape.of(5, 3), logits(build("linear", Shape.of(13), 3)));
    }

    private static Shape logits(Module model) {
        return model.apply(Variable.of(Device.cpu().zeros(5, 13))).shape();
    }

    @Test
    void cpuAndReferenceAgree() {
        for (String name : new String[] {"cnn-base", "resnet8", "wrn-16-1", "lenet"}) {
            Module model = build(name, Shape.of(3, 12, 12), 5);
            Tensor x = Device.cpu().normal(Key.of(4), 6, 3, 12, 12);
            double[] trained = Mode.train(1, () -> model.apply(Variable.of(x))).tensor().toDoubles();
            double[] used = model.apply(Variable.of(x)).tensor().toDoubles();
            Module exact = build(name, Shape.of(3, 12, 12), 5);
            exact.to(Device.reference());
            Variable same = Variable.of(x.to(Device.reference()));
            assertArrayEquals(Mode.train(1, () -> exact.apply(same)).tensor().toDoubles(), trained, 1e-4, name);
            assertArrayEquals(exact.apply(same).tensor().toDoubles(), used, 1e-4, name);
        }
    }

    @Test
    void errorsAreSentences() {
        assertEquals("models: there is no 'resnet21'; the nearest are 'resnet20', 'resnet8', 'resnet14'",
                message(() -> build("resnet21", Shape.of(3, 32, 32), 10)));
        assertTrue(message(() -> build("mlp-300-0", Shape.of(3), 10)).contains("needs widths from 1 to 999999"));
        assertTrue(message(() -> build("mlp-<widths>", Shape.of(3), 10)).contains("is a pattern; give the widths"));
        assertEquals("models: 'resnet8' needs images (C, H, W) of at least 8 x 8, an example is (1, 4, 4); for other data use linear or "
                + "mlp-<widths>", message(() -> build("resnet8", Shape.of(1, 4, 4), 10)));
        assertTrue(message(() -> build("linear", Shape.of(4), 0)).contains("at least 1 class"));
    }

    private static String message(Runnable action) {
        return assertThrows(IllegalArgumentException.class, action::run).getMessage();
    }
}
