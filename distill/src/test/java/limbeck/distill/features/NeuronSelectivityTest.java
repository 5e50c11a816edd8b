package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class NeuronSelectivityTest {
    private static ObjectiveCheck check(Tensor student, Tensor teacher) {
        return features(new NeuronSelectivity(List.of(Maps.place(student, teacher))), student, teacher);
    }

    /** The mean of the squared cosines of all pairs of channels of one example, in loops. */
    private static double kernel(Tensor a, Tensor b) {
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        int positions = a.shape().dim(2) * a.shape().dim(3);
        int left = a.shape().dim(1);
        int right = b.shape().dim(1);
        double sum = 0;
        for (int n = 0; n < a.shape().dim(0); n++) {
            for (int i = 0; i < left; i++) {
                for (int j = 0; j < right; j++) {
                    double product = 0;
                    double xx = 0;
                    double yy = 0;
                    for (int p = 0; p < positions; p++) {
                        double u = x[(n * left + i) * positions + p];
                        double v = y[(n * right + j) * positions + p];
                        product += u * v;
                        xx += u * u;
                        yy += v * v;
                    }
                    sum += product * product / (xx * yy);
                }
            }
        }
        return sum / (a.shape().dim(0) * left * right);
    }

    @Test
    void goldenValue() {
        Tensor s = Golden.STUDENT_MAPS;
        Tensor t = Golden.TEACHER_MAPS;
        assertEquals(0.747247, kernel(s, s) + kernel(t, t) - 2 * kernel(s, t), 1e-6);
        assertEquals(0.747247, check(s, t).value(), 1e-6);
        check(s, t).gradients();
    }

    @Test
    void channelsMayDiffer() {
        Tensor s = Maps.random("s", 3, 2, 3, 5);
        Tensor t = Maps.random("t", 3, 4, 3, 5);
        assertEquals(kernel(s, s) + kernel(t, t) - 2 * kernel(s, t), check(s, t).value(), 1e-12);
        check(s, t).gradients();
    }

    @Test
    void theLargerMapIsPooled() {
        Tensor s = Maps.random("s", 1, 3, 4, 4);
        Tensor t = Maps.random("t", 1, 2, 3, 3);
        assertEquals(check(s.adaptiveAvgPool2d(3, 3), t).value(), check(s, t).value(), 1e-12);
        check(s, t).gradients();
    }

    @Test
    void isInvariantToTheScaleAndOrderOfChannels() {
        Tensor s = Maps.random("s", 2, 3, 3, 3);
        Tensor t = Maps.random("t", 2, 3, 3, 3);
        assertEquals(check(s, t).value(), check(s.mul(1e3).flip(1), t.mul(-5)).value(), 1e-12);
    }

    @Test
    void nothingToLearnFromAnEqual() {
        Tensor maps = Maps.random("s", 2, 3, 3, 3);
        assertEquals(0, check(maps, maps).value(), 1e-15);
        assertEquals(0, check(maps, maps).featureGradient("s").abs().max().item(), 1e-15);
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor s = Maps.random("s", 2, 3, 3, 3).to(device);
            Tensor t = Maps.random("t", 2, 2, 3, 3).to(device);
            check(s.mul(0), t).finite();
            check(s.mul(1e4), t.mul(0)).finite();
            check(s.mul(-1e4), t.mul(1e4)).finite();
        }
    }

    @Test
    void vectorsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> check(Maps.random("s", 2, 3), Maps.random("t", 2, 3)));
    }
}
