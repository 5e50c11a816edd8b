package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Term;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

class L2Test {
    @Test
    void isHalfTheSquaredLengthAndItsGradientTheWeights() {
        Parameter matrix = Parameter.of(Device.reference().tensor(new double[] {1, -2, 3, 0.5}, Shape.of(2, 2)));
        Parameter other = Parameter.of(Device.reference().tensor(new double[] {4, 0, -1}, Shape.of(3, 1)));
        var loss = new L2(List.of(matrix, other));
        var tape = new Tape();
        Variable value = tape.record(() -> loss.loss(null));
        assertEquals(0.5 * (1 + 4 + 9 + 0.25 + 16 + 1), value.item(), 1e-12);
        Gradients gradients = tape.backward(value);
        assertArrayEquals(matrix.tensor().toDoubles(), gradients.of(matrix).toDoubles(), 1e-12);
        assertArrayEquals(other.tensor().toDoubles(), gradients.of(other).toDoubles(), 1e-12);
    }

    @Test
    void biasesAndNormsAreLeftOut() {
        var loss = new L2(Nets.of(8, "student"));
        assertEquals(List.of(Shape.of(8, 6), Shape.of(3, 8)), loss.weights().stream().map(Parameter::shape).toList());
        // They are the student's: the optimizer has them already.
        assertEquals(List.of(), loss.parameters());
        assertThrows(IllegalArgumentException.class, () -> new L2(List.of()));
    }

    @Test
    void besideDistillationItKeepsTheWeightsSmaller() {
        double[] lengths = new double[2];
        for (int i = 0; i < 2; i++) {
            Module student = Nets.of(8, "student");
            var recipe = new Recipe(new Frozen(Nets.of(16, "teacher")), List.of(new Term("ce", 0.1, new HardLabels()),
                    new Term("kd", 0.9, new LogitKd(4)), new Term("l2", i == 0 ? 0 : 0.01, new L2(student))));
            var distiller = new Distiller(student, recipe, Nets.sgd(student, recipe, 0.1));
            for (int step = 0; step < 50; step++) {
                distiller.step(Nets.batch(32), new Progress(step, 0));
            }
            lengths[i] = new L2(student).loss(null).item();
        }
        assertTrue(lengths[1] < 0.97 * lengths[0], lengths[0] + " and " + lengths[1]);
    }
}
