package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Identity;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ActivationBoundaryTest {
    private static ObjectiveCheck bare(Tensor student, Tensor teacher) {
        return features(new ActivationBoundary(List.of(Maps.bare(student, teacher))), student, teacher);
    }

    /** The two cases as the paper writes them. */
    private static double expected(double[] s, double[] t, int batch) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            if (s[i] > -1 && t[i] <= 0) {
                sum += (s[i] + 1) * (s[i] + 1);
            }
            if (s[i] <= 1 && t[i] > 0) {
                sum += (s[i] - 1) * (s[i] - 1);
            }
        }
        return sum / batch;
    }

    @Test
    void goldenValue() {
        assertEquals(10.880884, bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).value(), 1e-6);
        bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).gradients();
    }

    @Test
    void agreesWithTheDefinition() {
        Tensor s = Maps.random("s", 3, 5, 4, 3).mul(2);
        Tensor t = Maps.random("t", 3, 5, 4, 3);
        assertEquals(expected(s.toDoubles(), t.toDoubles(), 3), bare(s, t).value(), 1e-9);
    }

    @Test
    void aTargetOfZeroIsInactive() {
        Tensor zero = Maps.DEVICE.zeros(1, 1, 1, 1);
        assertEquals(1, bare(zero, zero).value());
        assertEquals(2, bare(zero, zero).featureGradient("s").item());
    }

    @Test
    void beyondTheMarginNothingPulls() {
        Tensor t = Maps.random("t", 2, 3, 3, 3);
        Tensor s = t.sign().mul(1.5);
        assertEquals(0, bare(s, t).value());
        assertEquals(0, bare(s, t).featureGradient("s").abs().max().item());
    }

    @Test
    void anEarlierStageCountsHalf() {
        Tensor s1 = Maps.random("s1", 2, 3, 4, 4);
        Tensor s2 = Maps.random("s2", 2, 5, 2, 2);
        Tensor t1 = Maps.random("t1", 2, 3, 4, 4);
        Tensor t2 = Maps.random("t2", 2, 5, 2, 2);
        var objective = new ActivationBoundary(List.of(new Connected(Maps.pairing("s1", s1, "t1", t1), new Identity()),
                new Connected(Maps.pairing("s2", s2, "t2", t2), new Identity())));
        assertEquals(bare(s1, t1).value() / 2 + bare(s2, t2).value(), Maps.two(objective, List.of(s1, s2), List.of(t1, t2)).value(), 1e-9);
    }

    @Test
    void gradientsThroughTheConnector() {
        Tensor student = Maps.random("s", 3, 2, 6, 4);
        Tensor teacher = Maps.random("t", 3, 3, 3, 2);
        features(new ActivationBoundary(List.of(Maps.connected(student, teacher, Tail.NORM))), student, teacher).gradients();
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor s = Maps.random("s", 2, 3, 3, 3).to(device);
            bare(s.mul(0), s.mul(1e4)).finite();
            bare(s.mul(1e4), s.mul(0)).finite();
            bare(s.mul(1e4), s.mul(-1e4)).finite();
        }
    }

    @Test
    void aConnectorForOtherShapesIsRefused() {
        Tensor maps = Maps.random("s", 2, 3, 3, 3);
        var boundary = new ActivationBoundary(List.of(Maps.bare(maps, maps)));
        var message = assertThrows(IllegalArgumentException.class, () -> boundary.check(new Views<>(null, Map.of("s", maps.shape())),
                new Views<>(null, Map.of("t", maps.shape().with(2, 5))))).getMessage();
        assertTrue(message.startsWith("ab: the connector makes (2, 3, 3, 3)"), message);
    }

    @Test
    void noPlaceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ActivationBoundary(List.of()));
    }
}
