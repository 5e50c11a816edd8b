package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import limbeck.distill.Objective;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SampleTemperatureTest {
    private static double[] focal(double gamma) {
        double[] weights = new double[4];
        for (int n = 0; n < 4; n++) {
            double dot = 0;
            double ss = 0;
            double tt = 0;
            for (int c = 0; c < 3; c++) {
                dot += Plain.STUDENT[n][c] * Plain.TEACHER[n][c];
                ss += Plain.STUDENT[n][c] * Plain.STUDENT[n][c];
                tt += Plain.TEACHER[n][c] * Plain.TEACHER[n][c];
            }
            weights[n] = Math.pow(1 - dot / Math.sqrt(ss) / Math.sqrt(tt), gamma);
        }
        return weights;
    }

    private static double[] confidence() {
        return Arrays.stream(Plain.STUDENT).mapToDouble(z -> 1 / (Arrays.stream(Plain.softmax(z, 1)).max().orElseThrow() + 1e-3)).toArray();
    }

    private static double[] temperatures(double[] weights, double base, double beta) {
        double mean = Arrays.stream(weights).average().orElseThrow();
        return Arrays.stream(weights).map(w -> Math.max(Math.min(1, base), base + (mean - w) * beta)).toArray();
    }

    /** Value and gradient from plain loops; the temperatures are constants, so the gradient is {@code tau_n (p_s - p_t) / N}. */
    private static void compare(double[] tau, Objective loss) {
        var check = ObjectiveCheck.logits(loss, Golden.STUDENT, Golden.TEACHER);
        double[][] gradient = Plain.rows(check.logitGradient());
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.TEACHER[n], tau[n]);
            double[] q = Plain.softmax(Plain.STUDENT[n], tau[n]);
            sum += tau[n] * tau[n] * Plain.kl(p, q);
            for (int c = 0; c < 3; c++) {
                assertEquals(tau[n] * (q[c] - p[c]) / 4, gradient[n][c], 1e-7, "example " + n + ", class " + c);
            }
        }
        assertEquals(sum / 4, check.value(), 1e-6);
    }

    @Test
    void focalValueAndGradientFromTheDefinition() {
        compare(temperatures(focal(1), 4, 1), new FocalTemperature(4, 1, 1));
        compare(temperatures(focal(2.5), 8, 1.5), new FocalTemperature(8, 1.5, 2.5));
    }

    @Test
    void confidenceValueAndGradientFromTheDefinition() {
        compare(temperatures(confidence(), 4, 1), new ConfidenceTemperature(4, 1));
        compare(temperatures(confidence(), 8, -2), new ConfidenceTemperature(8, -2));
    }

    /** TextBrewer's loss at such a temperature has no tau^2, which makes it 16 times weaker at a temperature of 4. */
    @Test
    void temperatureSquaredIsKept() {
        double kd = ObjectiveCheck.logits(new LogitKd(4), Golden.STUDENT, Golden.TEACHER).value();
        assertEquals(0.333929, kd, 1e-6);
        assertEquals(kd, ObjectiveCheck.logits(new FocalTemperature(4, 0, 1), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
        assertEquals(kd, ObjectiveCheck.logits(new ConfidenceTemperature(4, 0), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
    }

    @Test
    void nothingToLearnFromAnEqual() {
        for (Objective loss : new Objective[] {new FocalTemperature(4, 1, 0.5), new ConfidenceTemperature(4, 1)}) {
            var check = ObjectiveCheck.logits(loss, Golden.TEACHER, Golden.TEACHER);
            assertEquals(0, check.value(), 1e-14);
            assertEquals(0, check.logitGradient().abs().max().item(), 1e-14);
        }
    }

    /** With 100 classes an unsure student among sure ones has a weight of about 91: by the formula a temperature of -41. */
    @Test
    void temperatureNeverFallsBelowOne() {
        Tensor weights = Device.reference().tensor(new double[] {1, 91}, 2);
        assertArrayEquals(new double[] {49, 1}, SampleTemperature.of(weights, 4, 1).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0.5, 0.5}, SampleTemperature.of(weights, 0.5, 0).toDoubles(), 1e-12);
    }

    @Test
    void logitsOfZeroHaveNoDirection() {
        Tensor zero = Device.reference().zeros(4, 3);
        ObjectiveCheck.logits(new FocalTemperature(4, 1, 0.5), zero, Golden.TEACHER).finite();
        ObjectiveCheck.logits(new FocalTemperature(4, 1, 0.5), Golden.TEACHER, zero).finite();
    }
}
