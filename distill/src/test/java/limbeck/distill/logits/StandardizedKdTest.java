package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class StandardizedKdTest {
    private static double[] standardised(double[] row) {
        double mean = Arrays.stream(row).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(row).map(z -> (z - mean) * (z - mean)).sum() / (row.length - 1));
        return Arrays.stream(row).map(z -> (z - mean) / (1e-7 + deviation)).toArray();
    }

    @Test
    void goldenValueAndDefinition() {
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            sum += Plain.kl(Plain.softmax(standardised(Plain.TEACHER[n]), 2), Plain.softmax(standardised(Plain.STUDENT[n]), 2));
        }
        double actual = ObjectiveCheck.logits(new StandardizedKd(2), Golden.STUDENT, Golden.TEACHER).value();
        assertEquals(0.710852, actual, 1e-6);
        assertEquals(4 * sum / 4, actual, 1e-12);
    }

    @Test
    void gradients() {
        ObjectiveCheck.logits(new StandardizedKd(2), Golden.STUDENT, Golden.TEACHER).gradients();
    }

    @Test
    void scaleAndOffsetOfEitherSideDoNotMatter() {
        double plain = ObjectiveCheck.logits(new StandardizedKd(2), Golden.STUDENT, Golden.TEACHER).value();
        Tensor student = Golden.STUDENT.mul(300).add(7);
        Tensor teacher = Golden.TEACHER.mul(0.01).sub(1);
        assertEquals(plain, ObjectiveCheck.logits(new StandardizedKd(2), student, teacher).value(), 1e-4);
        var scaled = ObjectiveCheck.logits(new StandardizedKd(2), Golden.TEACHER.mul(50).add(3), Golden.TEACHER);
        assertEquals(0, scaled.value(), 1e-12);
        assertEquals(0, scaled.logitGradient().abs().max().item(), 1e-8);
    }

    /** As at a classifier that begins with zeros: by the formula the gradient would be of the size of 1e7. */
    @Test
    void equalLogitsGetNoGradient() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            for (double value : new double[] {0, 0.1, -1e4}) {
                Tensor equal = device.full(value, Golden.TEACHER.shape());
                var check = ObjectiveCheck.logits(new StandardizedKd(2), equal, Golden.TEACHER.to(device));
                check.finite();
                assertEquals(0, check.logitGradient().abs().max().item(), device + " " + value);
                assertTrue(check.value() > 0, device + " " + value);
                ObjectiveCheck.logits(new StandardizedKd(2), Golden.STUDENT.to(device), equal).finite();
            }
        }
    }
}
