package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import limbeck.distill.logits.ConfidenceKd.Confidence;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ConfidenceKdTest {
    private static ConfidenceKd loss(Confidence confidence, double power, double tau) {
        return new ConfidenceKd(confidence, power, Schedule.constant(tau));
    }

    /** From plain loops; the labels of the check are 0, 1, 2, 0. */
    private static double expected(Confidence confidence, double power, double tau) {
        int[] labels = {0, 1, 2, 0};
        double[] weights = new double[4];
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.TEACHER[n], 1);
            double c = confidence == Confidence.LABEL ? p[labels[n]] : Arrays.stream(p).max().orElseThrow();
            weights[n] = Math.pow(c + 1e-7, power);
        }
        double mean = Arrays.stream(weights).average().orElseThrow();
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            sum += weights[n] / mean * tau * tau * Plain.kl(Plain.softmax(Plain.TEACHER[n], tau), Plain.softmax(Plain.STUDENT[n], tau));
        }
        return sum / 4;
    }

    @Test
    void valueAndGradientsFromTheDefinition() {
        for (Confidence confidence : Confidence.values()) {
            for (double power : new double[] {0.5, 1, 2}) {
                var check = ObjectiveCheck.logits(loss(confidence, power, 4), Golden.STUDENT, Golden.TEACHER);
                assertEquals(expected(confidence, power, 4), check.value(), 1e-6, confidence + " " + power);
                check.gradients();
            }
        }
    }

    @Test
    void powerZeroIsPlainDistillation() {
        assertEquals(0.333929, ObjectiveCheck.logits(loss(Confidence.LABEL, 0, 4), Golden.STUDENT, Golden.TEACHER).value(), 1e-6);
    }

    @Test
    void nothingToLearnFromAnEqualAndFiniteForSureTeachers() {
        for (Confidence confidence : Confidence.values()) {
            assertEquals(0, ObjectiveCheck.logits(loss(confidence, 1, 2), Golden.TEACHER, Golden.TEACHER).value(), 1e-12);
            // Sure of another class than the label's in all examples.
            Tensor wrong = Golden.STUDENT.mul(0).sub(Golden.LABELS.oneHot(3).cast(Golden.STUDENT.dtype()).mul(1e4));
            assertTrue(Double.isFinite(ObjectiveCheck.logits(loss(confidence, 3, 2), Golden.STUDENT, wrong).value()));
        }
    }

    @Test
    void labelsAreNeededForTheirProbabilityAlone() {
        assertTrue(loss(Confidence.LABEL, 1, 4).needsLabels());
        assertFalse(loss(Confidence.MAX, 1, 4).needsLabels());
        assertEquals("confidence-kd: power needs a number of 0 or more, got -1.0",
                assertThrows(IllegalArgumentException.class, () -> loss(Confidence.MAX, -1, 4)).getMessage());
    }
}
