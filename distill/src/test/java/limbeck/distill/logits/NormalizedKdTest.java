package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class NormalizedKdTest {
    private static ObjectiveCheck golden(double gamma, double tau) {
        return ObjectiveCheck.of(new NormalizedKd(gamma, tau), Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), Golden.LABELS);
    }

    private static double plain(double gamma, double tau) {
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            int y = Plain.LABELS[n];
            sum += Plain.softmax(Plain.TEACHER[n], 1)[y] * Math.log(Plain.softmax(Plain.STUDENT[n], 1)[y]);
            double[] teacher = Plain.softmax(Plain.without(Plain.TEACHER[n], y), tau);
            double[] student = Plain.softmax(Plain.without(Plain.STUDENT[n], y), tau);
            for (int c = 0; c < 2; c++) {
                sum += gamma * tau * tau * teacher[c] * Math.log(student[c]);
            }
        }
        return -sum / 4;
    }

    @Test
    void goldenValueAndDefinition() {
        assertEquals(1.643475, golden(1.5, 1).value(), 1e-6);
        assertEquals(plain(1.5, 1), golden(1.5, 1).value(), 1e-12);
        assertEquals(plain(0.7, 3), golden(0.7, 3).value(), 1e-12);
    }

    @Test
    void gradients() {
        golden(1.5, 1).gradients();
        golden(1.5, 3).gradients();
    }

    /** The others' gradient of an equal student is 0; what remains is the soft target's pull on the label. */
    @Test
    void theOthersOfAnEqualStudentAreLeftAlone() {
        var check = ObjectiveCheck.of(new NormalizedKd(1000, 2), Views.of(Golden.TEACHER), Views.of(Golden.TEACHER), Golden.LABELS);
        var without = ObjectiveCheck.of(new NormalizedKd(0, 2), Views.of(Golden.TEACHER), Views.of(Golden.TEACHER), Golden.LABELS);
        Tensor difference = check.logitGradient().sub(without.logitGradient());
        assertEquals(0, difference.abs().max().item(), 1e-12);
    }
}
