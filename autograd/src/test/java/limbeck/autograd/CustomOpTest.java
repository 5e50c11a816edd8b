package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Custom;
import org.junit.jupiter.api.Test;

/** A user's own ops: each is one record. */
class CustomOpTest {
    private static final Device DEVICE = Device.reference();

    /** {@code x tanh(softplus(x))}: the mish activation (Misra, 2019), which no backend knows. */
    private record Mish() implements Custom {
        @Override
        public String name() {
            return "mish";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Saves saves() {
            return Saves.INPUTS;
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.getFirst().mul(in.getFirst().softplus().tanh());
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            T x = in.getFirst();
            T t = x.softplus().tanh();
            return List.of(gradient.mul(t.add(x.mul(t.square().rsub(1)).mul(x.sigmoid()))));
        }
    }

    /** {@code exp(a) + b + c}, with rules that answer with what they were given: the result, the gradient, and nothing. */
    private record Odd() implements Custom {
        @Override
        public String name() {
            return "odd";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return in.getFirst();
        }

        @Override
        public Saves saves() {
            return Saves.OUTPUT;
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.get(0).exp().add(in.get(1).mul(0)).add(in.get(2).mul(0));
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            return Arrays.asList(out, null, gradient);
        }
    }

    /** The sum of three operands; each gets the gradient itself. */
    private record Sum3() implements Custom {
        @Override
        public String name() {
            return "sum3";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return Shape.broadcast(name(), in.get(0), Shape.broadcast(name(), in.get(1), in.get(2)));
        }

        @Override
        public Tensor forward(List<Tensor> in) {
            return in.get(0).add(in.get(1)).add(in.get(2));
        }

        @Override
        public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
            return List.of(gradient, gradient, gradient);
        }
    }

    @Test
    void firstAndSecondDerivatives() {
        GradCheck.checkSecond(in -> in.getFirst().apply(new Mish(), List.of()), DEVICE.normal(Key.of(1), 3, 4));
    }

    @Test
    void onTensorsAndOnTheCpu() {
        Tensor x = DEVICE.normal(Key.of(1), 100);
        double[] expected = x.apply(new Mish(), List.of()).toDoubles();
        double[] actual = x.to(Device.cpu()).apply(new Mish(), List.of()).toDoubles();
        assertArrayEquals(expected, actual, 1e-6);
    }

    @Test
    void broadcastOperandsMayBeLeftUnsummed() {
        GradCheck.checkSecond(in -> in.get(0).apply(new Sum3(), in.subList(1, 3)).tanh(),
                DEVICE.normal(Key.of(1), 2, 3), DEVICE.normal(Key.of(2), 3), DEVICE.normal(Key.of(3), 2, 1));
    }

    @Test
    void oneVariableInAllOperands() {
        try (var _ = Scope.open("training step")) {
            Variable x = Variable.leaf(DEVICE.ones(4));
            Tape tape = new Tape();
            Gradients gradients = tape.backward(tape.record(() -> {
                Variable h = x.mul(2);
                return h.apply(new Sum3(), List.of(h, h)).square().sum();
            }));
            // (3 * 2 x)^2
            assertArrayEquals(new double[] {72, 72, 72, 72}, gradients.of(x).toDoubles());
        }
    }

    @Test
    void aRuleMayAnswerWithWhatItWasGiven() {
        Tensor at = DEVICE.normal(Key.of(5), 4);
        try (var _ = Scope.open("training step")) {
            Variable a = Variable.leaf(at);
            Variable b = Variable.leaf(at);
            Variable c = Variable.leaf(at);
            Tape tape = new Tape();
            Gradients gradients = tape.backward(tape.record(() -> a.add(0).apply(new Odd(), List.of(b.add(0), c.add(0))).sum()));
            assertArrayEquals(at.exp().toDoubles(), gradients.of(a).toDoubles());
            assertEquals(false, gradients.has(b));
            assertArrayEquals(new double[] {1, 1, 1, 1}, gradients.of(c).toDoubles());
        }
    }

    @Test
    void aResultOfAnotherShapeThanPromisedIsNoticed() {
        record Liar() implements Custom {
            @Override
            public String name() {
                return "liar";
            }

            @Override
            public Shape infer(List<Shape> in) {
                return Shape.SCALAR;
            }

            @Override
            public Tensor forward(List<Tensor> in) {
                return in.getFirst();
            }

            @Override
            public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
                return List.of(gradient);
            }
        }

        assertEquals("liar: forward made (3) where infer promised ()",
                assertThrows(ShapeException.class, () -> DEVICE.ones(3).apply(new Liar(), List.of())).getMessage());
    }

    @Test
    void aRuleThatLeavesAnOperandOutIsNoticed() {
        record Half() implements Custom {
            @Override
            public String name() {
                return "half";
            }

            @Override
            public Shape infer(List<Shape> in) {
                return in.getFirst();
            }

            @Override
            public Tensor forward(List<Tensor> in) {
                return in.getFirst().add(in.getLast());
            }

            @Override
            public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
                return List.of(gradient);
            }
        }

        Variable x = Variable.leaf(DEVICE.ones(3));
        Tape tape = new Tape();
        Variable loss = tape.record(() -> x.apply(new Half(), List.of(x)).sum());
        assertEquals("half: its vjp gave 1 gradients for 2 operands; give one for each, null where none flows",
                assertThrows(IllegalStateException.class, () -> tape.backward(loss)).getMessage());
    }
}
