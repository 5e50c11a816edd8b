package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TotalVariationTest {
    @Test
    void valueFromTheDefinitionEitherWayRound() {
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.TEACHER[n], 1);
            double[] q = Plain.softmax(Plain.STUDENT[n], 1);
            for (int c = 0; c < 3; c++) {
                sum += 0.5 * Math.abs(p[c] - q[c]);
            }
        }
        assertEquals(sum / 4, ObjectiveCheck.logits(new TotalVariation(), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
        assertEquals(sum / 4, ObjectiveCheck.logits(new TotalVariation(), Golden.TEACHER, Golden.STUDENT).value(), 1e-12);
    }

    @Test
    void gradients() {
        ObjectiveCheck.logits(new TotalVariation(), Golden.STUDENT, Golden.TEACHER).gradients();
    }

    @Test
    void fromZeroToOne() {
        var equal = ObjectiveCheck.logits(new TotalVariation(), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, equal.value());
        assertEquals(0, equal.logitGradient().abs().max().item());
        Tensor far = Device.reference().tensor(new double[] {1e4, -1e4}, 1, 2);
        assertEquals(1, ObjectiveCheck.logits(new TotalVariation(), far, far.neg()).value(), 1e-15);
    }
}
