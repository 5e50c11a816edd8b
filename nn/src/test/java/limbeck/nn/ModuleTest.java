package limbeck.nn;

import static limbeck.nn.ModuleChecks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.ShapeException;
import limbeck.tensor.op.Update;
import org.junit.jupiter.api.Test;

class ModuleTest {
    private static final Key KEY = Key.of(11);

    /** What a user writes: own parameters, a list, an array, and components that are no parts. */
    private record Net(String title, Parameter scale, List<Linear> layers, Relu[] activations, BatchNorm1d norm, Parameter none, int width)
            implements Module {
        static Net of() {
            return Init.on(Device.reference(), () -> new Net("net", Parameter.of(Init.ones(1)),
                    List.of(Linear.of(4, 3, KEY.split(0)), Linear.withoutBias(3, 2, KEY.split(1))), new Relu[] {new Relu(), new Relu()},
                    BatchNorm1d.of(2), null, 3));
        }

        @Override
        public Variable forward(Variable x) {
            Variable y = activations[0].apply(layers.get(0).apply(x));
            return norm.apply(activations[1].apply(layers.get(1).apply(y))).mul(scale);
        }
    }

    private static final class Tied implements Module {
        private final Linear shared = Init.on(Device.reference(), () -> Linear.of(2, 2, KEY));

        @Override
        public Variable forward(Variable x) {
            return shared.apply(shared.apply(x));
        }

        @Override
        public Parts parts() {
            return Parts.none().with("first", shared).with("second", shared).with("both", List.of(shared, new Relu()));
        }
    }

    @Test
    void aRecordsComponentsAreItsParts() {
        Net net = Net.of();
        assertEquals(List.of("scale", "layers.0.weight", "layers.0.bias", "layers.1.weight", "norm.weight", "norm.bias"),
                List.copyOf(net.parameters().keySet()));
        assertEquals(List.of("norm.running_mean", "norm.running_var"), List.copyOf(net.buffers().keySet()));
        assertEquals(List.of("", "layers.0", "layers.1", "activations.0", "activations.1", "norm"), List.copyOf(net.modules().keySet()));
        assertSame(net.layers.get(1).weight(), net.parameters().get("layers.1.weight"));
        assertSame(net, net.modules().get(""));
    }

    @Test
    void aSequentialNumbersItsChildren() {
        Module net = Init.on(Device.reference(), () -> Sequential.of(new Flatten(), Linear.of(6, 4, KEY), new Relu(),
                Sequential.of(Linear.withoutBias(4, 2, KEY))));
        assertEquals(List.of("1.weight", "1.bias", "3.0.weight"), List.copyOf(net.parameters().keySet()));
    }

    @Test
    void aSharedInstanceIsListedOnce() {
        Module tied = new Tied();
        assertEquals(List.of("first.weight", "first.bias"), List.copyOf(tied.parameters().keySet()));
        assertEquals(List.of("", "first", "both.1"), List.copyOf(tied.modules().keySet()));
    }

    @Test
    void equalRecordsAreStillTwoLayers() {
        Module net = Sequential.of(new Relu(), new Relu());
        assertEquals(new Relu(), new Relu());
        assertEquals(3, net.modules().size());
        assertNotSame(net.modules().get("0"), net.modules().get("1"));
    }

    @Test
    void whatIsNotARecordMustNameItsParts() {
        Module lambda = x -> x.relu();
        String message = assertThrows(IllegalStateException.class, lambda::parameters).getMessage();
        assertTrue(message.contains("is not a record") && message.contains("override parts()"), message);
        assertEquals("parts: two parts are called 'a'; give each its own name", assertThrows(IllegalArgumentException.class,
                () -> Parts.none().with("a", new Relu()).with("a", new Tanh())).getMessage());
    }

    @Test
    void movesToAnotherDevice() {
        BatchNorm1d norm = BatchNorm1d.of(3);
        assertEquals(DType.F32, norm.weight().dtype());
        norm.to(Device.reference());
        assertEquals(DType.F64, norm.weight().dtype());
        assertSame(Device.reference(), norm.runningVariance().tensor().device());
        long version = norm.weight().version();
        norm.to(Device.reference());
        assertEquals(version, norm.weight().version(), "already there");
    }

    @Test
    void aShapeErrorNamesTheInnermostLayerOnce() {
        Module net = Init.on(Device.reference(), () -> Sequential.of(new Flatten(),
                new Residual(Sequential.of(new Relu(), Linear.of(5, 3, KEY)))));
        var e = assertThrows(ShapeException.class, () -> net.apply(Variable.of(normal(1, 2, 4))));
        assertEquals("in 1.body.1 (Linear): linear: the input does not fit the weight: left is (2, 4), right is (3, 5); "
                + "the input must be (..., 5) with at least 2 axes", e.getMessage());
        // An error between layers belongs to the module whose forward it is.
        e = assertThrows(ShapeException.class, () -> net.apply(Variable.of(normal(1, 2, 5))));
        assertTrue(e.getMessage().startsWith("in 1 (Residual): add: shapes do not broadcast"), e.getMessage());
        // A layer alone has no path.
        e = assertThrows(ShapeException.class, () -> net.modules().get("1.body.1").apply(Variable.of(normal(1, 2, 4))));
        assertTrue(e.getMessage().startsWith("in Linear: linear:"), e.getMessage());
    }

    @Test
    void aBufferChangesInPlace() {
        Buffer buffer = Buffer.of(Device.reference().tensor(new float[] {1, 2}, 2));
        buffer.update(new Update.Average(0.75), Device.reference().tensor(new float[] {5, -2}, 2));
        assertEquals(List.of(2.0, 1.0), Arrays.stream(buffer.tensor().toDoubles()).boxed().toList());
        assertEquals("buffer: cannot set a value of shape (3) on one of shape (2)",
                assertThrows(IllegalArgumentException.class, () -> buffer.set(Device.reference().zeros(3))).getMessage());
    }

    @Test
    void modeIsBoundToABlock() {
        assertTrue(!Mode.isTraining() && Mode.step() == 0);
        Mode.train(7, () -> {
            assertTrue(Mode.isTraining() && Mode.step() == 7);
            Mode.evaluate(() -> {
                assertTrue(!Mode.isTraining() && Mode.step() == 7);
                return null;
            });
            assertTrue(Mode.isTraining());
            return null;
        });
        assertTrue(!Mode.isTraining());
    }
}
