package limbeck.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.nn.Buffer;
import limbeck.nn.Module;
import limbeck.nn.Parts;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final Device DEVICE = Device.reference();

    @TempDir
    Path folder;

    private Path path;

    private record Affine(Parameter weight, Parameter bias, Buffer mean) implements Module {
        static Affine of(Key key) {
            return new Affine(Parameter.of(DEVICE.normal(key.split("weight"), 3, 2)), Parameter.of(DEVICE.normal(key.split("bias"), 3)),
                    Buffer.of(DEVICE.normal(key.split("mean"), 2)));
        }

        @Override
        public Variable forward(Variable x) {
            return x.sub(Variable.of(mean.tensor())).matmul(weight.t()).add(bias);
        }
    }

    private record Net(Affine first, Affine second) implements Module {
        static Net of(long seed) {
            return new Net(Affine.of(Key.of(seed).split(1)), Affine.of(Key.of(seed).split(2)));
        }

        @Override
        public Variable forward(Variable x) {
            return first.apply(x).slice(1, 0, 2).relu();
        }
    }

    @BeforeEach
    void name() {
        path = folder.resolve("net.safetensors");
    }

    private static Map<String, double[]> values(Module module) {
        var values = new LinkedHashMap<String, double[]>();
        module.parameters().forEach((name, parameter) -> values.put(name, parameter.tensor().toDoubles()));
        module.buffers().forEach((name, buffer) -> values.put(name, buffer.tensor().toDoubles()));
        return values;
    }

    private static void assertSame(Map<String, double[]> expected, Map<String, double[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    @Test
    void whatIsSavedIsLoaded() {
        Net saved = Net.of(1);
        Net other = Net.of(2);
        Checkpoint.save(path, saved, Map.of("epoch", "7"));
        try (var _ = Scope.open("an evaluation")) {
            Checkpoint.load(path, other);
        }
        assertSame(values(saved), values(other));
        assertEquals(6, values(other).size());
        Variable x = Variable.of(DEVICE.normal(Key.of(3), 4, 2));
        assertArrayEquals(saved.apply(x).tensor().toDoubles(), other.apply(x).tensor().toDoubles());
        try (var file = Safetensors.open(path)) {
            assertEquals(Map.of("epoch", "7"), file.metadata());
        }
    }

    @Test
    void floatsOfAnotherTypeAreConverted() {
        Net saved = Net.of(1);
        var halves = new HashMap<String, Tensor>();
        saved.parameters().forEach((name, parameter) -> halves.put(name, parameter.tensor().to(DType.F16)));
        saved.buffers().forEach((name, buffer) -> halves.put(name, buffer.tensor().to(DType.F32)));
        Safetensors.write(path, halves, Map.of());
        Net other = Net.of(2);
        Checkpoint.load(path, other);
        assertEquals(DType.F64, other.first().weight().dtype());
        assertArrayEquals(halves.get("first.weight").toDoubles(), other.first().weight().tensor().toDoubles());
    }

    private void refused(String expected, Map<String, Tensor> tensors) {
        Safetensors.write(path, tensors, Map.of());
        Net net = Net.of(2);
        Map<String, double[]> before = values(net);
        String message = assertThrows(SafetensorsException.class, () -> Checkpoint.load(path, net)).getMessage();
        assertTrue(message.endsWith("net.safetensors: " + expected), message);
        assertTrue(message.length() < 300, message);
        assertSame(before, values(net));
    }

    private static Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        Net.of(1).parameters().forEach((name, parameter) -> tensors.put(name, parameter.tensor()));
        Net.of(1).buffers().forEach((name, buffer) -> tensors.put(name, buffer.tensor()));
        return tensors;
    }

    @Test
    void namesThatDoNotFitAreListed() {
        var tensors = tensors();
        tensors.remove("first.bias");
        refused("of the module's 6 names, 1 missing ('first.bias'); was it saved from the same model?", tensors);
        tensors.put("first.b", DEVICE.zeros(3));
        refused("of the module's 6 names, 1 missing ('first.bias'), 1 not the module's ('first.b'); was it saved from the same model?",
                tensors);
        refused("of the module's 6 names, 6 missing ('first.weight', 'first.bias', 'second.weight', ...); "
                + "was it saved from the same model?", Map.of());
        var more = tensors();
        for (int i = 0; i < 5; i++) {
            more.put("x" + i, DEVICE.scalar(0));
        }
        refused("of the module's 6 names, 5 not the module's ('x0', 'x1', 'x2', ...); was it saved from the same model?", more);
    }

    @Test
    void shapesAndKindsThatDoNotFitAreNamed() {
        var tensors = tensors();
        tensors.put("second.mean", DEVICE.zeros(2, 1));
        refused("'second.mean' is (2, 1), the module's is (2)", tensors);
        tensors.put("second.mean", DEVICE.tensor(new int[] {1, 2}, 2));
        refused("'second.mean' is I32, the module's is F64", tensors);
    }

    @Test
    void oneNameForTwoIsRefused() {
        Module twice = new Module() {
            @Override
            public Variable forward(Variable x) {
                return x;
            }

            @Override
            public Parts parts() {
                return Parts.none().with("a", Parameter.of(DEVICE.scalar(1))).with("a", Buffer.of(DEVICE.scalar(2)));
            }
        };
        assertEquals("checkpoint: a parameter and a buffer are both called 'a'; rename one",
                assertThrows(IllegalArgumentException.class, () -> Checkpoint.save(path, twice)).getMessage());
    }
}
