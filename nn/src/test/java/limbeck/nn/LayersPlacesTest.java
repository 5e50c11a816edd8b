package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.nn.Layers.Layer;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The places of {@link Layers} in every family of models. */
class LayersPlacesTest {
    /** Neither square nor even: 13 halves to 7 (stride) or 6 (pooling). */
    private static final Shape EXAMPLE = Shape.of(3, 16, 13);

    private static Module model(String name) {
        return Models.build(name, EXAMPLE, 10, Key.of(5));
    }

    private static Layers layers(String name) {
        return Layers.of(model(name), EXAMPLE);
    }

    private static String text(List<Layer> places) {
        return places.stream().map(place -> place.path() + place.output()).collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "resnet20    | layer1(16, 16, 13) layer2(32, 8, 7) layer3(64, 4, 4)",
        "resnet8x4   | layer1(64, 16, 13) layer2(128, 8, 7) layer3(256, 4, 4)",
        "wrn-16-1    | layer1(16, 16, 13) layer2(32, 8, 7) norm(64, 4, 4)",
        "cnn-base    | stage1(32, 8, 6) stage3(128, 4, 3)",
        "lenet       | features(64, 6, 4)",
        "mlp-64      | hidden.0(64)",
        "mlp-30-20   | hidden.0(30) hidden.1(20)",
        "linear      | ''",
    })
    void stagesAreTheLastPlaceAtEachSize(String name, String places) {
        assertEquals(places, text(layers(name).stages()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "resnet20       | layer1.2.preactivation(16, 16, 13) layer2.2.preactivation(32, 8, 7) layer3.2.preactivation(64, 4, 4)",
        "resnet8        | layer1.0.preactivation(16, 16, 13) layer2.0.preactivation(32, 8, 7) layer3.0.preactivation(64, 4, 4)",
        "wrn-16-1       | layer2.0.bn1(16, 16, 13) layer3.0.bn1(32, 8, 7) norm.0(64, 4, 4)",
        "cnn-base       | stage1.5(32, 8, 6) stage3.1(128, 4, 3)",
        "cnn-tiny       | stage1.1(16, 16, 13) stage3.1(32, 4, 3)",
        "lenet          | features.2(64, 12, 9)",
        "mlp-30-20      | hidden.0.0(30) hidden.1.0(20)",
        "hinton-teacher | hidden.0.0(1200) hidden.1.0(1200)",
        "linear         | ''",
    })
    void preactivationsLieBeforeEachStagesLastRelu(String name, String places) {
        assertEquals(places, text(layers(name).preactivations()));
    }

    /** What the words promise: the stage is the ReLU of its preactivation, wherever no pooling lies between and the stage has the ReLU. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "cnn-base", "mlp-30-20"})
    void aStageIsTheReluOfItsPreactivation(String name) {
        Module model = model(name);
        Layers layers = Layers.of(model, EXAMPLE);
        Layer stage = layers.stages().getLast();
        Layer before = layers.preactivations().getLast();
        Taps taps = Taps.watch(model, Set.of(stage.path(), before.path()));
        taps.bind(() -> model.apply(Variable.of(Device.cpu().normal(Key.of(1), 2, 3, 16, 13))));
        Tensor preactivation = taps.get(before.path()).tensor();
        assertTrue(preactivation.min().item() < 0, "there is something for the ReLU to do");
        assertEquals(0, taps.get(stage.path()).tensor().sub(preactivation.relu()).abs().max().item(), 1e-5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "resnet20       | layer3(64, 4, 4)  | pool(64)       | 64",
        "wrn-16-1       | norm(64, 4, 4)    | pool(64)       | 64",
        "cnn-base       | stage3(128, 4, 3) | pool(128)      | 128",
        "lenet          | features(64, 6, 4)| hidden(128)    | 128",
        "mlp-64         | hidden.0(64)      | hidden.0(64)   | 64",
        "hinton-teacher | hidden.1(1200)    | hidden.1(1200) | 1200",
        "linear         | input(624)        | input(624)     | 624",
    })
    void lastAndPooledAreWhatComesBeforeTheClassifier(String name, String last, String pooled, int features) {
        Module model = model(name);
        Layers layers = Layers.of(model, EXAMPLE);
        assertEquals(last, text(List.of(layers.last())));
        assertEquals(pooled, text(List.of(layers.pooled())));
        assertEquals(Shape.of(10, features), layers.classifier().weight().shape());
        assertSame(model.modules().get("head"), layers.classifier());
        assertEquals(List.of(layers.last()), layers.find("last"));
        assertEquals(List.of(layers.pooled()), layers.find("pooled"));
    }

    @Test
    void pathsPatternsAndSums() {
        Layers layers = layers("resnet20");
        assertEquals("layer2.1.conv2(32, 8, 7)", text(layers.find("layer2.1.conv2")));
        assertEquals("layer1.2(16, 16, 13) layer2.2(32, 8, 7) layer3.2(64, 4, 4)", text(layers.find("layer*.2")));
        assertEquals(9, layers.find("*.preactivation").size());
        assertEquals(layers.all(), layers.find("*"));
        // In the order of the text, with blanks around the sign.
        assertEquals("pool(64) layer1(16, 16, 13) layer2(32, 8, 7) layer3(64, 4, 4)", text(layers.find("pool + stages")));
        // A dot is a dot.
        assertThrows(IllegalArgumentException.class, () -> layers.find("layer1*2*conv9"));
        assertThrows(IllegalArgumentException.class, () -> layers.find("layer1x2*"));
    }

    @Test
    void whatNamesNothingNamesTheNearest() {
        String message = assertThrows(IllegalArgumentException.class, () -> layers("resnet20").find("layer4")).getMessage();
        assertEquals("layers: there is no 'layer4' in ResNet; the nearest are 'layer1', 'layer2', 'layer3', and stages, preactivations, last "
                + "and pooled always work", message);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> layers("mlp-64").find("hidden.0+hidden.1")).getMessage()
                .contains("'hidden.0'"));
        assertThrows(IllegalArgumentException.class, () -> layers("mlp-64").find(""));
        assertThrows(IllegalArgumentException.class, () -> layers("mlp-64").find("last+"));
    }

    @Test
    void aModelWithoutAClassifierSaysSo() {
        Module model = Sequential.of(Conv2d.of(3, 4, 3, ConvSpec.DEFAULT, Key.of(1)), new Relu());
        Layers layers = Layers.of(model, EXAMPLE);
        assertEquals("layers: Sequential does not end in a linear classifier",
                assertThrows(IllegalArgumentException.class, layers::classifier).getMessage());
        assertThrows(IllegalArgumentException.class, layers::pooled);
        assertEquals(List.of("0", "1"), layers.all().stream().map(Layer::path).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "wrn-16-1", "cnn-base", "lenet", "mlp-64", "linear"})
    void everyPlaceCanBeTappedAndShowsItsShape(String name) {
        Module model = model(name);
        Layers layers = Layers.of(model, EXAMPLE);
        Set<String> paths = layers.all().stream().map(Layer::path).collect(Collectors.toSet());
        assertEquals(paths.size(), layers.all().size());
        Taps taps = Taps.watch(model, paths);
        taps.bind(() -> Mode.train(0, () -> model.apply(Variable.of(Device.cpu().normal(Key.of(1), 3, 3, 16, 13)))));
        layers.all().forEach(place -> assertEquals(place.output().prepend(3), taps.get(place.path()).shape(), place.path()));
    }

    @Test
    void lookingChangesNothing() {
        Module model = model("resnet8");
        Map<String, double[]> before = state(model);
        Layers.of(model, EXAMPLE);
        Map<String, double[]> after = state(model);
        before.forEach((name, values) -> assertTrue(Arrays.equals(values, after.get(name)), name));
    }

    private static Map<String, double[]> state(Module model) {
        var state = new HashMap<String, double[]>();
        model.parameters().forEach((name, parameter) -> state.put(name, parameter.tensor().toDoubles()));
        model.buffers().forEach((name, buffer) -> state.put(name, buffer.tensor().toDoubles()));
        return state;
    }

    @Test
    void theNormBeforeAPlace() {
        Module model = model("resnet20");
        Layers layers = Layers.of(model, EXAMPLE);
        assertSame(model.modules().get("layer2.2.bn2"), layers.normBefore(layers.preactivations().get(1)).orElseThrow());
        // With a shortcut that has a norm of its own.
        Module shallow = model("resnet8");
        Layers few = Layers.of(shallow, EXAMPLE);
        assertSame(shallow.modules().get("layer3.0.bn2"), few.normBefore(few.preactivations().getLast()).orElseThrow());
        Module wide = model("wrn-16-1");
        Layers preactivated = Layers.of(wide, EXAMPLE);
        assertSame(wide.modules().get("layer2.0.bn1"), preactivated.normBefore(preactivated.preactivations().getFirst()).orElseThrow());
        assertSame(wide.modules().get("norm.0"), preactivated.normBefore(preactivated.preactivations().getLast()).orElseThrow());
        Layers none = layers("lenet");
        assertTrue(none.normBefore(none.last()).isEmpty());
    }

    @Test
    void parametersUpToAPlace() {
        Module model = model("resnet8");
        Layers layers = Layers.of(model, EXAMPLE);
        Map<Parameter, String> names = model.parameters().entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
        Set<String> used = new HashSet<>(layers.parametersUpTo(layers.find("layer2").getFirst()).stream().map(names::get).toList());
        Set<String> expected = model.parameters().keySet().stream()
                .filter(name -> name.startsWith("stem") || name.startsWith("layer1") || name.startsWith("layer2")).collect(Collectors.toSet());
        assertEquals(expected, used);
        assertEquals(model.parameters().size() - 2, layers.parametersUpTo(layers.pooled()).size());
        assertEquals(List.of(), layers("linear").parametersUpTo(layers("linear").last()));
    }

    /** Every place at which a model can be cut: what comes behind it makes the model's logits of what it shows. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet8", "resnet14", "wrn-16-2", "cnn-tiny", "cnn-base", "lenet", "mlp-30-20", "hinton-teacher", "linear"})
    void whatComesBehindAPlace(String name) {
        Module model = model(name);
        Layers layers = Layers.of(model, EXAMPLE);
        Tensor images = Device.cpu().normal(Key.of(8), 3, 3, 16, 13);
        int cuts = 0;
        for (Layer place : layers.all()) {
            Sequential tail;
            try {
                tail = layers.after(place);
            } catch (IllegalArgumentException e) {
                assertTrue(place.path().contains("."), e.getMessage());
                continue;
            }
            Taps taps = Taps.watch(model, Set.of(place.path()));
            Tensor logits = taps.bind(() -> model.apply(Variable.of(images))).tensor();
            assertArrayEquals(logits.toFloats(), tail.apply(taps.get(place.path())).tensor().toFloats(), 1e-5f, place.path());
            assertTrue(model.parameters().values().containsAll(tail.parameters().values()), place.path());
            cuts++;
        }
        assertTrue(cuts >= model.parts().modules().size() && cuts >= layers.stages().size(), cuts + " cuts");
        assertEquals(List.of(), layers.after(layers.all().stream().filter(place -> place.path().equals("head")).findFirst().orElseThrow()).layers());
    }

    private record Skipping(Linear first, Linear second, Linear head) implements Module {
        @Override
        public Variable forward(Variable x) {
            Variable y = first.apply(x);
            return head.apply(second.apply(y).add(y));
        }
    }

    private record Activating(Linear first, Linear head) implements Module {
        @Override
        public Variable forward(Variable x) {
            return head.apply(first.apply(x).relu());
        }
    }

    private record Shared(Linear twice, Linear head) implements Module {
        @Override
        public Variable forward(Variable x) {
            return head.apply(twice.apply(twice.apply(x)));
        }
    }

    private static Linear linear(int out) {
        return Linear.of(4, out, Key.of(out));
    }

    @Test
    void modelsThatCannotBeCutAreRefused() {
        Shape example = Shape.of(4);
        for (Module model : List.of(new Skipping(linear(4), linear(4), linear(3)), new Activating(linear(4), linear(3)))) {
            Layers layers = Layers.of(model, example);
            String name = model.getClass().getSimpleName();
            assertEquals("layers: " + name + " cannot be cut at first, because it does more than run its parts one after the other; choose another "
                    + "layer, such as one of stages",
                    assertThrows(IllegalArgumentException.class, () -> layers.after(layers.find("first").getFirst())).getMessage());
        }
        // What ran twice counts as it ran last.
        Layers shared = Layers.of(new Shared(linear(4), linear(3)), example);
        assertEquals(1, shared.after(shared.find("twice").getFirst()).layers().size());

        Layers resnet = layers("resnet8");
        assertEquals("layers: ResNet cannot be cut at layer1.0.preactivation, which is a point inside a layer; choose a layer, such as one of stages",
                assertThrows(IllegalArgumentException.class, () -> resnet.after(resnet.preactivations().getFirst())).getMessage());
        assertEquals("layers: ResNet cannot be cut at layer2.0.conv1, because layer2.0 (BasicBlock) does more than run its parts one after the other; "
                + "choose another layer, such as one of stages",
                assertThrows(IllegalArgumentException.class, () -> resnet.after(resnet.find("layer2.0.conv1").getFirst())).getMessage());
        assertThrows(IllegalArgumentException.class, () -> resnet.after(layers("cnn-base").stages().getFirst()));
    }

    @Test
    void kindsOfPlaces() {
        Layers layers = layers("resnet8");
        Layer map = layers.last();
        assertTrue(map.isMap());
        assertFalse(map.isVector());
        assertEquals(64, map.channels());
        assertTrue(layers.pooled().isVector());
        assertEquals("probe", layers.preactivations().getFirst().type());
        assertEquals("BasicBlock", layers.find("layer1.0").getFirst().type());
        assertThrows(ShapeException.class, () -> Layers.of(model("resnet8"), Shape.of(4, 16, 13)));
    }
}
