package limbeck.distill.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsistencyTest {
    /** The formula in plain loops. */
    static double byLoops(double[] student, double[] teacher, int classes, double tau) {
        double sum = 0;
        for (int row = 0; row < student.length; row += classes) {
            double[] p = softmax(student, row, classes, tau);
            double[] q = softmax(teacher, row, classes, tau);
            for (int c = 0; c < classes; c++) {
                sum += (p[c] - q[c]) * (p[c] - q[c]);
            }
        }
        return sum / student.length;
    }

    static double[] softmax(double[] logits, int row, int classes, double tau) {
        double sum = 0;
        double[] p = new double[classes];
        for (int c = 0; c < classes; c++) {
            p[c] = Math.exp(logits[row + c] / tau);
            sum += p[c];
        }
        for (int c = 0; c < classes; c++) {
            p[c] /= sum;
        }
        return p;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 4})
    void valueByPlainLoops(double tau) {
        double expected = byLoops(Golden.STUDENT.toDoubles(), Golden.TEACHER.toDoubles(), 3, tau);
        assertEquals(expected, ObjectiveCheck.logits(new Consistency(tau), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
        ObjectiveCheck.logits(new Consistency(tau), Golden.STUDENT, Golden.TEACHER).gradients();
    }

    /** Of the house's golden inputs, from another program. */
    @Test
    void goldenValue() {
        assertEquals(0.064065, ObjectiveCheck.logits(new Consistency(1), Golden.STUDENT, Golden.TEACHER).value(), 1e-6);
    }

    @Test
    void nothingToLearnFromAnEqual() {
        var check = ObjectiveCheck.logits(new Consistency(1), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, check.value());
        assertEquals(0, check.logitGradient().abs().max().item(), 1e-15);
        // Logits may be shifted as a whole.
        assertEquals(0, ObjectiveCheck.logits(new Consistency(1), Golden.TEACHER.add(7), Golden.TEACHER).value(), 1e-15);
    }

    @Test
    void isBoundedHoweverWrongAndSure() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor sure = device.tensor(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f}, Shape.of(2, 3));
            var check = ObjectiveCheck.logits(new Consistency(1), sure, sure.neg());
            check.finite();
            assertTrue(check.value() <= 2.0 / 3, device.name());
        }
    }

    @Test
    void oneExampleWillDo() {
        ObjectiveCheck.logits(new Consistency(2), Golden.STUDENT.slice(0, 0, 1), Golden.TEACHER.slice(0, 1, 2)).gradients();
    }

    @Test
    void whatCannotBeComparedIsRefusedInWords() {
        var loss = new Consistency(1);
        assertEquals("consistency: the student's logits are (8, 10), the teacher's (8, 100); both must know the same classes",
                assertThrows(IllegalArgumentException.class, () -> loss.check(Views.of(Shape.of(8, 10)), Views.of(Shape.of(8, 100)))).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> loss.check(Views.of(Shape.of(8, 10)), Views.of(null))).getMessage()
                .startsWith("consistency: there is no teacher"));
    }
}
