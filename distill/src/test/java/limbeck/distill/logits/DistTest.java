package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DistTest {
    private static ObjectiveCheck golden(double beta, double gamma, double tau) {
        return ObjectiveCheck.logits(new Dist(beta, gamma, tau), Golden.STUDENT, Golden.TEACHER);
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < a.length; i++) {
            meanA += a[i] / a.length;
            meanB += b[i] / a.length;
        }
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / (Math.sqrt(aa) * Math.sqrt(bb) + 1e-8);
    }

    @Test
    void goldenValues() {
        assertEquals(1.028813, golden(1, 0, 1).value(), 1e-6);
        assertEquals(1.022610, golden(0, 1, 1).value(), 1e-6);
        assertEquals(1.028813 * 2 + 1.022610 * 3, golden(2, 3, 1).value(), 1e-5);
    }

    @Test
    void fromTheDefinitionAtAnotherTemperature() {
        double inter = 0;
        double intra = 0;
        double[][] columns = new double[6][4];
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.STUDENT[n], 3);
            double[] q = Plain.softmax(Plain.TEACHER[n], 3);
            inter += correlation(p, q) / 4;
            for (int c = 0; c < 3; c++) {
                columns[c][n] = p[c];
                columns[3 + c][n] = q[c];
            }
        }
        for (int c = 0; c < 3; c++) {
            intra += correlation(columns[c], columns[3 + c]) / 3;
        }
        assertEquals(9 * (1 - inter + 1 - intra), golden(1, 1, 3).value(), 1e-10);
    }

    @Test
    void gradients() {
        golden(1, 1, 1).gradients();
        golden(1, 2, 4).gradients();
        ObjectiveCheck.logits(new Dist(1, 0, 1), Golden.STUDENT.slice(0, 0, 1), Golden.TEACHER.slice(0, 0, 1)).gradients();
    }

    /** One known implementation adds the correlation instead of taking it from 1: agreement is then the worst that can be. */
    @Test
    void agreementIsTheLeastLoss() {
        var equal = ObjectiveCheck.logits(new Dist(1, 1, 1), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, equal.value(), 1e-6);
        assertEquals(0, equal.logitGradient().abs().max().item(), 1e-6);
        assertTrue(golden(1, 1, 1).value() > 1);
    }

    @Test
    void equalProbabilitiesHaveNoCorrelationAndNoGradient() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor equal = device.full(0.1, Shape.of(5, 10));
            var check = ObjectiveCheck.logits(new Dist(1, 1, 1), equal, device.normal(Key.of(5), 5, 10));
            assertEquals(2, check.value(), 1e-6, device.name());
            assertEquals(0, check.logitGradient().abs().max().item(), device.name());
        }
    }

    @Test
    void aBatchOfOneIsRefusedInWords() {
        var e = assertThrows(IllegalArgumentException.class,
                () -> new Dist(1, 1, 1).check(Views.of(Shape.of(1, 10)), Views.of(Shape.of(1, 10))));
        assertEquals("dist: the correlation over the examples of a batch needs at least 2 of them, got a batch of 1; give larger batches, "
                + "or gamma=0", e.getMessage());
        new Dist(1, 0, 1).check(Views.of(Shape.of(1, 10)), Views.of(Shape.of(1, 10)));
    }

    @Test
    void aLastBatchOfOneStaysFinite() {
        ObjectiveCheck.logits(new Dist(1, 1, 1), Golden.STUDENT.slice(0, 0, 1), Golden.TEACHER.slice(0, 0, 1)).finite();
    }
}
