package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Memory;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import limbeck.tensor.op.Update;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What belongs to a step's scope, and what backward gives back of it. */
class TapeMemoryTest {
    private static final Device DEVICE = Device.reference();
    private static final int SIZE = 5_000;
    private static final long BYTES = 8L * SIZE;

    /** The identity; its gradient rule notes how much memory is in use. */
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
            inUse.add(DEVICE.memory().inUse());
            return List.of(gradient);
        }
    }

    @BeforeEach
    void nothingIsInUse() {
        assertEquals(0, DEVICE.memory().inUse());
    }

    private static Variable leaf() {
        return Variable.leaf(DEVICE.normal(Key.of(1), SIZE));
    }

    @Test
    void memoryFallsWhileBackwardRuns() {
        int depth = 8;
        Variable x = leaf();
        var probed = new ArrayList<Long>();
        try (var _ = Scope.open("training step")) {
            Tape tape = new Tape();
            Variable loss = tape.record(() -> {
                Variable h = x;
                for (int i = 0; i < depth; i++) {
                    h = h.tanh().square().apply(new Probe(probed), List.of());
                }
                return h.sum();
            });
            long forward = DEVICE.memory().inUse();
            assertTrue(forward >= 3 * depth * BYTES, "forward holds " + forward);
            Gradients gradients = tape.backward(loss);
            long peak = DEVICE.memory().peak();
            assertTrue(peak <= forward + 5 * BYTES, "at the peak " + peak + " over " + forward);
            assertEquals(depth, probed.size());
            for (int i = 1; i < depth; i++) {
                // Three results a layer; the first gradient is an expanded scalar, the others take memory of their own.
                assertEquals(probed.get(i - 1) - (i == 1 ? 2 : 3) * BYTES, probed.get(i), "layer by layer: " + probed);
            }
            // The gradient; the loss and the gradient's seed are one number each.
            assertEquals(BYTES + 16, DEVICE.memory().inUse());
            assertEquals(SIZE, gradients.of(x).shape().size());
        }
        assertEquals(0, DEVICE.memory().inUse());
    }

    @Test
    void aResultIsGivenBackBeforeTheGradientsThatDoNotLookAtIt() {
        Variable x = leaf();
        Variable weight = leaf();
        try (var _ = Scope.open("training step")) {
            Tape tape = new Tape();
            // Neither the sum nor the product looks at what it has computed: their gradients take its place.
            Variable loss = tape.record(() -> x.square().mul(weight).square().sum());
            long forward = DEVICE.memory().inUse();
            assertEquals(3 * BYTES + 8, forward);
            tape.backward(loss);
            // The gradient of the last square while it is computed, and what it multiplies by.
            assertEquals(forward + BYTES + 8, DEVICE.memory().peak());
        }
    }

    @Test
    void nothingIsLeftWhateverTheGraph() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(2), 7, 7));
        for (int i = 0; i < 3; i++) {
            try (var _ = Scope.open("training step")) {
                Variable x = Variable.leaf(DEVICE.normal(Key.of(3), 5, 7));
                Tape tape = new Tape();
                Variable loss = tape.record(() -> {
                    Variable h = x.matmul(weight.t());
                    Variable twice = h.add(h).concat(0, List.of(h, h.t().t()));
                    return twice.softmax(1).maximum(twice).slice(0, 2, 9).reshape(-1).sum().add(weight.square().mean());
                });
                tape.backward(loss);
                // What is alive: the input, both gradients, the loss and its seed.
                assertEquals(8 * (35 + 35 + 49 + 1 + 1), DEVICE.memory().inUse());
            }
            assertEquals(0, DEVICE.memory().inUse());
        }
    }

    @Test
    void whatBackwardHasGivenBackSaysSo() {
        try (var _ = Scope.open("training step")) {
            Variable x = leaf();
            Tape tape = new Tape();
            Variable[] logits = new Variable[1];
            Variable loss = tape.record(() -> {
                logits[0] = x.tanh();
                return logits[0].sum();
            });
            double before = logits[0].tensor().toDoubles()[0];
            assertEquals(Math.tanh(x.tensor().toDoubles()[0]), before, 1e-12);
            tape.backward(loss);
            String message = assertThrows(IllegalStateException.class, () -> logits[0].tensor().toDoubles()).getMessage();
            assertEquals("this tensor's memory was given back by Tape.backward (call tape.retain(variable) before backward to keep it); "
                    + "read it earlier, or hand it on with scope.keep(tensor)", message);
            assertThrows(IllegalStateException.class, () -> logits[0].add(1));
            assertTrue(logits[0].toString().contains("(freed)"));
            assertTrue(Double.isFinite(loss.item()), "the loss is always kept");
        }
    }

    @Test
    void retainedLogitsCanBeReadAfterwards() {
        // Through a view as well: its memory is that of what it is a view of.
        List<UnaryOperator<Variable>> views = List.of(v -> v, v -> v.reshape(50, 100), v -> v.reshape(50, 100).t().slice(0, 3, 9));
        for (UnaryOperator<Variable> view : views) {
            try (var _ = Scope.open("training step")) {
                Variable x = leaf();
                Tape tape = new Tape();
                Variable[] logits = new Variable[1];
                Variable loss = tape.record(() -> {
                    logits[0] = view.apply(x.tanh());
                    return logits[0].square().sum();
                });
                tape.retain(logits[0]);
                double[] before = logits[0].tensor().toDoubles();
                tape.backward(loss);
                assertArrayEquals(before, logits[0].tensor().toDoubles());
            }
        }
    }

    @Test
    void aLossThatIsAViewIsKeptToo() {
        try (var _ = Scope.open("training step")) {
            Variable x = leaf();
            Tape tape = new Tape();
            Variable loss = tape.record(() -> x.sum(List.of(0), true).reshape(Shape.SCALAR));
            double before = loss.item();
            tape.backward(loss);
            assertEquals(before, loss.item());
        }
    }

    @Test
    void whatIsKeptForTheScopeAroundSurvivesBackward() {
        try (var _ = Scope.open("epoch")) {
            Tensor kept;
            Tensor gradient;
            try (var step = Scope.open("training step")) {
                Variable x = leaf();
                Tape tape = new Tape();
                Variable[] features = new Variable[1];
                Variable loss = tape.record(() -> {
                    features[0] = x.exp();
                    return features[0].sum();
                });
                kept = step.keep(features[0].tensor());
                gradient = step.keep(tape.backward(loss).of(x));
            }
            // The gradient of exp is exp.
            assertArrayEquals(kept.toDoubles(), gradient.toDoubles());
        }
        assertEquals(0, DEVICE.memory().inUse());
    }

    @Test
    void gradientsBelongToTheScopeOfTheStep() {
        Variable x = leaf();
        Gradients gradients;
        try (var _ = Scope.open("training step")) {
            Tape tape = new Tape();
            gradients = tape.backward(tape.record(() -> x.square().sum()));
        }
        String message = assertThrows(IllegalStateException.class, () -> gradients.of(x).toDoubles()).getMessage();
        assertTrue(message.contains("the closed scope 'training step'"), message);
    }

    @Test
    void withoutAScopeTheGarbageCollectorLooksAfterAll() {
        Variable x = leaf();
        Tape tape = new Tape();
        Variable[] logits = new Variable[1];
        Variable loss = tape.record(() -> {
            logits[0] = x.tanh();
            return logits[0].sum();
        });
        Tensor gradient = tape.backward(loss).of(x);
        assertEquals(1 - Math.pow(logits[0].tensor().toDoubles()[0], 2), gradient.toDoubles()[0], 1e-12);
        assertEquals(0, DEVICE.memory().inUse());
    }

    @Test
    void aLongTrainingLivesInTheMemoryOfItsFirstSteps() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(4), 4, 4));
        Parameter bias = Parameter.of(DEVICE.zeros(4));
        List<Tensor> velocity = List.of(DEVICE.zeros(4, 4));
        Tensor x = DEVICE.normal(Key.of(5), 3, 4);
        DEVICE.trim();
        Memory first = null;
        for (int step = 0; step < 10_000; step++) {
            try (var _ = Scope.open("training step")) {
                Tape tape = new Tape();
                Variable loss = tape.record(() -> Variable.of(x).matmul(weight.t()).add(bias).relu().softmax(1).square().mean());
                Gradients gradients = tape.backward(loss);
                weight.update(new Update.Sgd(0.01, 0.9, false, 0), gradients.of(weight), velocity);
                bias.update(new Update.Sgd(0.01, 0, false, 0), gradients.of(bias), List.of());
            }
            Memory memory = DEVICE.memory();
            // The peak is counted from look to look, that is for each step.
            if (step == 1) {
                first = memory;
            } else if (step > 1) {
                assertEquals(first, memory, "step " + step);
            }
        }
    }
}
