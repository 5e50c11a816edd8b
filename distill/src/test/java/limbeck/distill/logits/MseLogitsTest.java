package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MseLogitsTest {
    @Test
    void valueFromTheDefinition() {
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            for (int c = 0; c < 3; c++) {
                sum += Math.pow(Plain.STUDENT[n][c] - Plain.TEACHER[n][c], 2);
            }
        }
        assertEquals(sum / 12, ObjectiveCheck.logits(new MseLogits(), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
    }

    @Test
    void gradients() {
        ObjectiveCheck.logits(new MseLogits(), Golden.STUDENT, Golden.TEACHER).gradients();
    }

    @Test
    void nothingToLearnFromAnEqual() {
        var check = ObjectiveCheck.logits(new MseLogits(), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, check.value());
        assertEquals(0, check.logitGradient().abs().max().item());
    }

    /** At a high temperature KL is the squared difference of centred logits summed over 2 C: half of its mean. */
    @Test
    void isTheLimitOfKdForCentredLogits() {
        Tensor student = Centred.of(Golden.STUDENT, 1);
        Tensor teacher = Centred.of(Golden.TEACHER, 1);
        double mse = ObjectiveCheck.logits(new MseLogits(), student, teacher).value();
        double kd = ObjectiveCheck.logits(new LogitKd(1e4), student, teacher).value();
        assertEquals(mse / 2, kd, 1e-4);
    }
}
