package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.distill.Distiller;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.weights.Entropy.Goal;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EntropyTest {
    private static ObjectiveCheck check(Entropy loss, Tensor logits) {
        return ObjectiveCheck.logits(loss, logits, logits);
    }

    @Test
    void valueByPlainLoopsAndBothSigns() {
        double[] logits = Golden.STUDENT.toDoubles();
        double sum = 0;
        for (int row = 0; row < 12; row += 3) {
            for (double p : ConsistencyTest.softmax(logits, row, 3, 1)) {
                sum += p * Math.log(p);
            }
        }
        assertEquals(sum / 4, check(new Entropy(), Golden.STUDENT).value(), 1e-12);
        assertEquals(-sum / 4, check(new Entropy(Goal.LOWER), Golden.STUDENT).value(), 1e-12);
    }

    @Test
    void gradients() {
        check(new Entropy(), Golden.STUDENT).gradients();
        check(new Entropy(Goal.LOWER), Golden.STUDENT).gradients();
        check(new Entropy(), Golden.STUDENT.slice(0, 2, 3)).gradients();
    }

    @Test
    void equalLogitsAreTheTopAndHaveNoGradient() {
        Tensor equal = Device.reference().full(3, Shape.of(5, 7));
        assertEquals(-Math.log(7), check(new Entropy(), equal).value(), 1e-12);
        assertEquals(0, check(new Entropy(), equal).logitGradient().abs().max().item(), 1e-15);
    }

    @Test
    void extremeLogitsStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            var check = check(new Entropy(), device.tensor(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f}, Shape.of(2, 3)));
            check.finite();
            // One is sure, the other cannot decide between two.
            assertEquals(-Math.log(2) / 2, check.value(), 1e-6, device.name());
        }
    }

    @Test
    void thePenaltyMakesTheStudentLessSure() {
        double[] entropy = new double[3];
        double[] weights = {0, 0.5, -0.5};
        for (int i = 0; i < 3; i++) {
            Module student = Nets.of(8, "student");
            var recipe = new Recipe(Teacher.NONE, List.of(new Term("ce", 1, new HardLabels()),
                    new Term("entropy", Math.abs(weights[i]), new Entropy(weights[i] < 0 ? Goal.LOWER : Goal.RAISE))));
            var distiller = new Distiller(student, recipe, Nets.sgd(student, recipe, 0.1));
            for (int step = 0; step < 60; step++) {
                entropy[i] = Math.abs(distiller.step(Nets.batch(32), new Progress(step, 0)).losses().get("entropy"));
            }
        }
        assertTrue(entropy[1] > 1.2 * entropy[0] && entropy[2] < 0.8 * entropy[0], entropy[0] + ", " + entropy[1] + ", " + entropy[2]);
    }

    @Test
    void byName() {
        assertEquals("raise", Methods.parse("entropy").getFirst().values().get("goal"));
        assertEquals("entropy(goal=lower)", Methods.parse("entropy(goal=lower)").getFirst().toString());
    }
}
