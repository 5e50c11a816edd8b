package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.Tail;
import limbeck.distill.features.Overhaul.Place;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Identity;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OverhaulTest {
    private static ObjectiveCheck bare(Tensor student, Tensor teacher, Tensor margins) {
        return features(new Overhaul(List.of(new Place(Maps.bare(student, teacher), margins))), student, teacher);
    }

    /** The three cases as the paper writes them. */
    private static double expected(Tensor student, Tensor teacher, double[] margins) {
        double[] s = student.toDoubles();
        double[] t = teacher.toDoubles();
        int positions = student.shape().dim(2) * student.shape().dim(3);
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            double m = margins[i / positions % margins.length];
            if (s[i] > m && m >= t[i]) {
                sum += (s[i] - m) * (s[i] - m);
            } else if (s[i] > t[i] && m < t[i] && t[i] <= 0) {
                sum += (s[i] - t[i]) * (s[i] - t[i]);
            } else if (t[i] > 0) {
                sum += (s[i] - t[i]) * (s[i] - t[i]);
            }
        }
        return sum / student.shape().dim(0);
    }

    @Test
    void agreesWithTheDefinition() {
        Tensor s = Maps.random("s", 3, 4, 5, 3);
        Tensor t = Maps.random("t", 3, 4, 5, 3);
        double[] margins = {-0.1, -0.8, 0, -3};
        var check = bare(s, t, Maps.DEVICE.tensor(margins, 4));
        assertEquals(expected(s, t, margins), check.value(), 1e-9);
        check.gradients();
    }

    /** E[t | t < 0] of normal values with the norm's bias and weight, against the mean of many of them. */
    @Test
    void theMarginIsTheMeanOfNegativeValues() {
        double[] mean = {0, 0.5, -0.7, 2, -4};
        double[] deviation = {1, 2, 0.3, 1, 1};
        double[] margins = Overhaul.margins(norm(mean, new double[] {1, -2, 0.3, 1, 1})).toDoubles();
        double[] normal = Maps.DEVICE.normal(Maps.KEY, 400_000).toDoubles();
        for (int c = 0; c < mean.length; c++) {
            double sum = 0;
            int count = 0;
            for (double z : normal) {
                double value = mean[c] + deviation[c] * z;
                if (value < 0) {
                    sum += value;
                    count++;
                }
            }
            assertEquals(sum / count, margins[c], 0.02 * deviation[c], "channel " + c);
        }
        assertEquals(-Math.sqrt(2 / Math.PI), margins[0], 1e-12);
    }

    @Test
    void channelsThatAreHardlyEverNegativeTakeThreeDeviations() {
        double[] margins = Overhaul.margins(norm(new double[] {3.2, 3.0, 10, 1, -1}, new double[] {1, 1, -0.5, 0, 0})).toDoubles();
        assertEquals(-3, margins[0]);
        assertTrue(margins[1] > -1, "Phi(-3) is above 0.001, so the formula holds: " + margins[1]);
        assertEquals(-1.5, margins[2]);
        assertEquals(0, margins[3], "a channel that is always 1");
        assertEquals(-1, margins[4], "a channel that is always -1");
    }

    private static BatchNorm2d norm(double[] bias, double[] weight) {
        BatchNorm2d norm = Maps.inDouble(() -> BatchNorm2d.of(bias.length));
        set(norm.bias(), bias);
        set(norm.weight(), weight);
        return norm;
    }

    private static void set(Parameter parameter, double[] values) {
        parameter.set(Maps.DEVICE.tensor(values, values.length));
    }

    @Test
    void withoutABatchNormTheBatchSaysTheMargins() {
        Tensor s = Maps.random("s", 3, 2, 4, 3);
        Tensor t = Maps.random("t", 3, 2, 4, 3).add(Maps.DEVICE.tensor(new double[] {-0.5, 9}, 1, 2, 1, 1));
        double[] values = t.toDoubles();
        double sum = 0;
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (i / 12 % 2 == 0 && values[i] < 0) {
                sum += values[i];
                count++;
            }
        }
        assertEquals(expected(s, t, new double[] {sum / count, 0}), bare(s, t, null).value(), 1e-9);
        bare(s, t, null).gradients();
    }

    @Test
    void anEarlierStageCountsHalf() {
        Tensor s1 = Maps.random("s1", 2, 3, 4, 4);
        Tensor s2 = Maps.random("s2", 2, 5, 2, 2);
        Tensor t1 = Maps.random("t1", 2, 3, 4, 4);
        Tensor t2 = Maps.random("t2", 2, 5, 2, 2);
        var objective = new Overhaul(List.of(new Place(new Connected(Maps.pairing("s1", s1, "t1", t1), new Identity()), null),
                new Place(new Connected(Maps.pairing("s2", s2, "t2", t2), new Identity()), null)));
        assertEquals(bare(s1, t1, null).value() / 2 + bare(s2, t2, null).value(),
                Maps.two(objective, List.of(s1, s2), List.of(t1, t2)).value(), 1e-9);
    }

    @Test
    void gradientsThroughTheConnector() {
        Tensor student = Maps.random("s", 3, 2, 3, 2);
        Tensor teacher = Maps.random("t", 3, 3, 6, 4);
        features(new Overhaul(List.of(new Place(Maps.connected(student, teacher, Tail.NORM), null))), student, teacher).gradients();
    }

    @Test
    void anEqualPositivePartLeavesNothingToLearn() {
        Tensor t = Maps.random("t", 2, 3, 3, 3);
        // Where the teacher is far below 0 the student may be anywhere below the margin.
        Tensor s = t.lt(0).where(t.sub(5), t);
        assertEquals(0, bare(s, t, null).value());
        assertEquals(0, bare(s, t, null).featureGradient("s").abs().max().item());
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor s = Maps.random("s", 2, 3, 3, 3).to(device);
            bare(s.mul(0), s.mul(1e4), null).finite();
            bare(s.mul(1e4), s.mul(0), null).finite();
            bare(s.mul(1e4), s.mul(-1e4), null).finite();
        }
    }

    @Test
    void noPlaceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Overhaul(List.of()));
    }
}
