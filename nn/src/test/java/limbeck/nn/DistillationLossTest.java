package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationLossTest {
    private static Tensor logits(Device device, int seed, int n, int classes) {
        return device.normal(Key.of(seed), n, classes).mul(3);
    }

    /** The same from primitive ops. */
    private static Variable composed(Variable student, Tensor teacher, double tau) {
        Tensor log = teacher.div(tau).logSoftmax(1);
        return Variable.of(log.exp()).mul(Variable.of(log).sub(student.div(tau).logSoftmax(1))).sum(1).mul(tau * tau);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 16, 17, 33, 1000})
    void isWhatItIsComposedOf(int classes) {
        for (double tau : new double[] {0.5, 1, 4, 20}) {
            Tensor student = logits(Device.cpu(), 1, 13, classes);
            Tensor teacher = logits(Device.cpu(), 2, 13, classes);
            Tensor weights = Device.cpu().normal(Key.of(3), 13);
            Variable a = Variable.leaf(student);
            Variable b = Variable.leaf(student.to(Device.reference()));
            var tape = new Tape();
            Variable fused = tape.record(() -> Losses.distillation(a, teacher, tau, Reduction.NONE));
            Tensor gradient = tape.backward(tape.record(() -> fused.mul(Variable.of(weights)).sum())).of(a);
            var plain = new Tape();
            Variable expected = plain.record(() -> composed(b, teacher.to(Device.reference()), tau));
            Tensor slope = plain.backward(plain.record(() -> expected.mul(Variable.of(weights.to(Device.reference()))).sum())).of(b);
            close(expected.tensor(), fused.tensor(), 1e-5 * tau * tau, classes + " classes at " + tau);
            close(slope, gradient, 1e-5 * tau, "gradient of " + classes + " classes at " + tau);
        }
    }

    private static void close(Tensor expected, Tensor actual, double tolerance, String what) {
        double[] right = expected.toDoubles();
        double[] given = actual.toDoubles();
        for (int i = 0; i < right.length; i++) {
            assertEquals(right[i], given[i], tolerance * Math.max(1, Math.abs(right[i])), what + ", element " + i);
        }
    }

    @Test
    void gradientsAgreeWithFiniteDifferencesTwice() {
        Tensor teacher = logits(Device.reference(), 2, 3, 4);
        GradCheck.checkSecond(in -> Losses.distillation(in.getFirst(), teacher, 2, Reduction.MEAN), logits(Device.reference(), 1, 3, 4));
    }

    @Test
    void extremeLogitsStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor student = device.tensor(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f, 0, 0, 0}, 3, 3);
            Variable leaf = Variable.leaf(student);
            var tape = new Tape();
            Variable loss = tape.record(() -> Losses.distillation(leaf, student.neg(), 1, Reduction.MEAN));
            assertTrue(Double.isFinite(loss.item()), device.name());
            assertTrue(Arrays.stream(tape.backward(loss).of(leaf).toDoubles()).allMatch(Double::isFinite), device.name());
        }
    }

    @Test
    void memoryOfAStepComesBack() {
        Tensor teacher = logits(Device.cpu(), 2, 64, 1000);
        Variable student = Variable.leaf(logits(Device.cpu(), 1, 64, 1000));
        long before = Device.cpu().memory().inUse();
        for (int i = 0; i < 3; i++) {
            try (var _ = Scope.open("step")) {
                var tape = new Tape();
                tape.backward(tape.record(() -> Losses.distillation(student, teacher, 4, Reduction.MEAN)));
            }
        }
        assertEquals(before, Device.cpu().memory().inUse());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor teacher = logits(Device.cpu(), 2, 3, 4);
        assertThrows(ShapeException.class, () -> Losses.distillation(teacher, logits(Device.cpu(), 1, 3, 5), 4, Reduction.MEAN));
        assertThrows(IllegalArgumentException.class, () -> Losses.distillation(teacher, teacher, 0, Reduction.MEAN));
    }
}
