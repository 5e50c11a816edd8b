package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import limbeck.distill.features.AttentionTransfer.Form;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class AttentionTransferTest {
    private static ObjectiveCheck check(Form form, double power, Tensor student, Tensor teacher) {
        return features(new AttentionTransfer(List.of(Maps.place(student, teacher)), form, power), student, teacher);
    }

    /** A[n][hw], in loops. */
    private static double[][] attention(Tensor maps, double power) {
        int examples = maps.shape().dim(0);
        int channels = maps.shape().dim(1);
        int positions = maps.shape().dim(2) * maps.shape().dim(3);
        double[] values = maps.toDoubles();
        double[][] attention = new double[examples][positions];
        for (int n = 0; n < examples; n++) {
            double square = 0;
            for (int p = 0; p < positions; p++) {
                for (int c = 0; c < channels; c++) {
                    attention[n][p] += Math.pow(Math.abs(values[(n * channels + c) * positions + p]), power) / channels;
                }
                square += attention[n][p] * attention[n][p];
            }
            for (int p = 0; p < positions; p++) {
                attention[n][p] /= Math.sqrt(square);
            }
        }
        return attention;
    }

    private static double expected(Form form, double power, Tensor student, Tensor teacher) {
        double[][] s = attention(student, power);
        double[][] t = attention(teacher, power);
        double sum = 0;
        for (int n = 0; n < s.length; n++) {
            double square = 0;
            for (int p = 0; p < s[n].length; p++) {
                square += (s[n][p] - t[n][p]) * (s[n][p] - t[n][p]);
            }
            sum += form == Form.MEAN ? square / s[n].length : Math.sqrt(square);
        }
        return sum / s.length;
    }

    @Test
    void goldenValue() {
        assertEquals(0.091141, check(Form.MEAN, 2, Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).value(), 1e-6);
    }

    @Test
    void agreesWithTheDefinitionInBothFormsAndAllPowers() {
        Tensor student = Maps.random("s", 3, 2, 5, 3);
        Tensor teacher = Maps.random("t", 3, 4, 5, 3);
        for (Form form : Form.values()) {
            for (double power : new double[] {1, 2, 2.5, 3, 4}) {
                var check = check(form, power, student, teacher);
                assertEquals(expected(form, power, student, teacher), check.value(), 1e-12, form + " " + power);
                check.gradients();
            }
        }
    }

    @Test
    void isInvariantToTheScaleOfEither() {
        Tensor student = Maps.random("s", 3, 2, 4, 4);
        Tensor teacher = Maps.random("t", 3, 4, 4, 4);
        for (Form form : Form.values()) {
            double value = check(form, 2, student, teacher).value();
            for (double scale : new double[] {1e-3, 7, 1e4}) {
                assertEquals(value, check(form, 2, student.mul(scale), teacher).value(), 1e-12);
                assertEquals(value, check(form, 2, student, teacher.mul(scale)).value(), 1e-12);
            }
        }
    }

    /** With F^p itself the channels 1 and -1 would cancel for odd p. */
    @Test
    void oddPowersTakeTheAbsoluteValue() {
        Tensor signed = Maps.DEVICE.tensor(new double[] {1, 2, -1, -2}, 1, 2, 1, 2);
        Tensor positive = signed.abs();
        Tensor teacher = Maps.random("t", 1, 2, 1, 2);
        assertEquals(check(Form.MEAN, 3, positive, teacher).value(), check(Form.MEAN, 3, signed, teacher).value());
        assertNotEquals(0, check(Form.MEAN, 3, signed, teacher).featureGradient("s").abs().max().item());
    }

    @Test
    void nothingToLearnFromAnEqual() {
        Tensor maps = Maps.random("s", 2, 3, 3, 5);
        for (Form form : Form.values()) {
            var check = check(form, 2, maps, maps);
            assertEquals(0, check.value());
            assertEquals(0, check.featureGradient("s").abs().max().item());
        }
    }

    @Test
    void theLargerMapIsPooled() {
        Tensor student = Maps.random("s", 2, 3, 6, 5);
        Tensor teacher = Maps.random("t", 2, 4, 3, 7);
        var check = check(Form.MEAN, 2, student, teacher);
        assertEquals(expected(Form.MEAN, 2, student.adaptiveAvgPool2d(3, 5), teacher.adaptiveAvgPool2d(3, 5)), check.value(), 1e-12);
        check.gradients();
    }

    @Test
    void stagesAreSummed() {
        Tensor s1 = Maps.random("s1", 2, 3, 4, 4);
        Tensor s2 = Maps.random("s2", 2, 5, 2, 2);
        Tensor t1 = Maps.random("t1", 2, 3, 4, 4);
        Tensor t2 = Maps.random("t2", 2, 5, 2, 2);
        var objective = new AttentionTransfer(Maps.places(List.of(s1, s2), List.of(t1, t2)), Form.MEAN, 2);
        assertEquals(check(Form.MEAN, 2, s1, t1).value() + check(Form.MEAN, 2, s2, t2).value(),
                Maps.two(objective, List.of(s1, s2), List.of(t1, t2)).value(), 1e-12);
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        Tensor student = Maps.random("s", 2, 3, 3, 3);
        Tensor teacher = Maps.random("t", 2, 3, 3, 3);
        for (Form form : Form.values()) {
            for (double power : new double[] {1, 2, 3}) {
                check(form, power, student.mul(0), teacher).finite();
                check(form, power, student, teacher.mul(0)).finite();
                check(form, power, student.mul(1e4), teacher.mul(-1e4)).finite();
                check(form, power, student.to(Device.cpu()).mul(1e4), teacher.to(Device.cpu()).mul(0)).finite();
            }
        }
    }

    @Test
    void refusesInWords() {
        Tensor maps = Maps.random("s", 2, 3, 3, 3);
        Tensor vectors = Maps.random("v", 2, 3);
        assertEquals("at: compares feature maps (C, H, W), got s (3, 3, 3) ~ t (3); choose convolutional layers",
                assertThrows(IllegalArgumentException.class, () -> check(Form.MEAN, 2, maps, vectors)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> check(Form.MEAN, 0.5, maps, maps));
        assertThrows(IllegalArgumentException.class, () -> new AttentionTransfer(List.of(), Form.MEAN, 2));
    }
}
