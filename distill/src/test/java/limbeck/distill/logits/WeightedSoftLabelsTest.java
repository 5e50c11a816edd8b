package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WeightedSoftLabelsTest {
    private static ObjectiveCheck golden(double tau) {
        return ObjectiveCheck.of(new WeightedSoftLabels(tau), Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), Golden.LABELS);
    }

    private static double weight(int n) {
        double student = -Math.log(Plain.softmax(Plain.STUDENT[n], 1)[Plain.LABELS[n]]);
        double teacher = -Math.log(Plain.softmax(Plain.TEACHER[n], 1)[Plain.LABELS[n]]);
        return 1 - Math.exp(-student / (teacher + 1e-7));
    }

    @Test
    void goldenValueAndDefinition() {
        for (double tau : new double[] {2, 4}) {
            double sum = 0;
            for (int n = 0; n < 4; n++) {
                double[] p = Plain.softmax(Plain.TEACHER[n], tau);
                double[] q = Plain.softmax(Plain.STUDENT[n], tau);
                for (int c = 0; c < 3; c++) {
                    sum -= weight(n) * p[c] * Math.log(q[c]);
                }
            }
            assertEquals(tau * tau * sum / 4, golden(tau).value(), 1e-10);
        }
        assertEquals(3.013931, golden(2).value(), 1e-6);
    }

    /** The weights are constants: the gradient is {@code tau w_n (p_s - p_t) / N}, which finite differences of the value are not. */
    @Test
    void weightsGetNoGradient() {
        double[][] gradient = Plain.rows(golden(2).logitGradient());
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.TEACHER[n], 2);
            double[] q = Plain.softmax(Plain.STUDENT[n], 2);
            for (int c = 0; c < 3; c++) {
                assertEquals(2 * weight(n) * (q[c] - p[c]) / 4, gradient[n][c], 1e-12);
            }
        }
    }

    @Test
    void aTeacherWhoIsSureCountsInFull() {
        Tensor sure = Golden.LABELS.oneHot(3).mul(1e4);
        var check = ObjectiveCheck.of(new WeightedSoftLabels(2), Views.of(Golden.STUDENT), Views.of(sure), Golden.LABELS);
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            sum -= Math.log(Plain.softmax(Plain.STUDENT[n], 2)[Plain.LABELS[n]]);
        }
        assertEquals(4 * sum / 4, check.value(), 1e-9);
    }
}
