package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.connect.Connected;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.Identity;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The losses that look at each channel by itself: cwd, pkd, weighted-features. */
class ChannelLossesTest {
    private static final Device DEVICE = Device.reference();
    private static final Map<String, Function<Pairing, Objective>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("cwd", pair -> new ChannelWise(pair, new Identity(), 1));
        ALL.put("cwd tau 4", pair -> new ChannelWise(pair, new Identity(), 4));
        ALL.put("pkd", pair -> new PearsonFeature(pair, new Identity()));
        ALL.put("weighted-features", pair -> new WeightedFeatures(new Connected(pair, new Identity())));
    }

    private static ObjectiveCheck check(String name, Tensor student, Tensor teacher) {
        return ObjectiveCheck.features(ALL.get(name).apply(ObjectiveCheck.pairing(student, teacher)), student, teacher);
    }

    private static double value(String name, Tensor student, Tensor teacher) {
        return check(name, student, teacher).value();
    }

    @Test
    void goldenValues() {
        assertEquals(0.235109, value("cwd", Golden.STUDENT_MAPS, Golden.TEACHER_MAPS), 1e-6);
        assertEquals(0.638351, value("pkd", Golden.STUDENT_MAPS, Golden.TEACHER_MAPS), 1e-6);
    }

    /** PKD by plain loops: channel c of example n is the four numbers from 8 n + 4 c. */
    @Test
    void pearsonAgreesWithTheDefinition() {
        double[] s = Golden.STUDENT_MAPS.toDoubles();
        double[] t = Golden.TEACHER_MAPS.toDoubles();
        double sum = 0;
        for (int c = 0; c < 2; c++) {
            double[] ofStudent = standard(s, c);
            double[] ofTeacher = standard(t, c);
            for (int k = 0; k < 8; k++) {
                sum += Math.pow(ofStudent[k] - ofTeacher[k], 2);
            }
        }
        assertEquals(sum / 16 / 2, value("pkd", Golden.STUDENT_MAPS, Golden.TEACHER_MAPS), 1e-12);
    }

    private static double[] standard(double[] maps, int channel) {
        double[] values = new double[8];
        double mean = 0;
        for (int k = 0; k < 8; k++) {
            values[k] = maps[8 * (k / 4) + 4 * channel + k % 4];
            mean += values[k] / 8;
        }
        double squares = 0;
        for (double value : values) {
            squares += Math.pow(value - mean, 2);
        }
        for (int k = 0; k < 8; k++) {
            values[k] = (values[k] - mean) / (Math.sqrt(squares / 7) + 1e-6);
        }
        return values;
    }

    /** The weighted error by plain loops, for vectors and, with positions as examples, for maps. */
    @Test
    void weightsAreTheSoftmaxOfTheTeachersMeanMagnitude() {
        double[] s = Golden.STUDENT.toDoubles();
        double[] t = Golden.TEACHER.toDoubles();
        double[] weights = new double[3];
        double total = 0;
        for (int d = 0; d < 3; d++) {
            double mean = 0;
            for (int n = 0; n < 4; n++) {
                mean += Math.abs(t[3 * n + d]) / 4;
            }
            weights[d] = Math.exp(mean);
            total += weights[d];
        }
        double sum = 0;
        for (int k = 0; k < 12; k++) {
            sum += weights[k % 3] / total * Math.pow(s[k] - t[k], 2);
        }
        assertEquals(sum / 4, value("weighted-features", Golden.STUDENT, Golden.TEACHER), 1e-12);
        Tensor asMaps = Golden.STUDENT.reshape(2, 2, 1, 3).permute(0, 3, 1, 2);
        assertEquals(sum / 4, value("weighted-features", asMaps, Golden.TEACHER.reshape(2, 2, 1, 3).permute(0, 3, 1, 2)), 1e-12);
    }

    @Test
    void equalImportanceIsTheMeanSquaredError() {
        Tensor teacher = Golden.TEACHER.sign();
        assertEquals(Golden.STUDENT.sub(teacher).square().mean().item(), value("weighted-features", Golden.STUDENT, teacher), 1e-12);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Tensor student = DEVICE.normal(Key.of(1), 3, 2, 4, 3);
        Tensor teacher = DEVICE.normal(Key.of(2), 3, 3, 2, 3);
        Pairing pair = ObjectiveCheck.pairing(student, teacher);
        for (String name : ALL.keySet()) {
            check(name, Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).gradients();
        }
        check("weighted-features", Golden.STUDENT, Golden.TEACHER).gradients();
        Module connector = Connectors.conv1x1(2, 3, Tail.NONE, Key.of(3));
        connector.to(DEVICE);
        Connected connected = Connected.of(pair, Tail.NONE, Key.of(4));
        connected.connector().to(DEVICE);
        for (Objective objective : List.of(new ChannelWise(pair, connector, 2), new PearsonFeature(pair, connector),
                new WeightedFeatures(connected))) {
            assertEquals(2, objective.parameters().size());
            ObjectiveCheck.features(objective, student, teacher).gradients();
        }
    }

    @Test
    void nothingToLearnFromAnEqual() {
        for (String name : ALL.keySet()) {
            assertEquals(0, value(name, Golden.TEACHER_MAPS, Golden.TEACHER_MAPS), 1e-15, name);
            assertEquals(0, check(name, Golden.TEACHER_MAPS, Golden.TEACHER_MAPS).featureGradient("s").abs().max().item(), 1e-14, name);
        }
    }

    @Test
    void whatIsTheSameInAWholeChannelDoesNotCount() {
        Tensor shift = DEVICE.tensor(new double[] {3, -7}, 1, 2, 1, 1);
        Tensor scale = DEVICE.tensor(new double[] {5, 0.5}, 1, 2, 1, 1);
        for (String name : new String[] {"cwd", "cwd tau 4", "pkd"}) {
            assertEquals(value(name, Golden.STUDENT_MAPS, Golden.TEACHER_MAPS),
                    value(name, Golden.STUDENT_MAPS.add(shift), Golden.TEACHER_MAPS),
                    1e-12, name);
        }
        // Up to the 1e-6 beside the deviation.
        assertEquals(value("pkd", Golden.STUDENT_MAPS, Golden.TEACHER_MAPS),
                value("pkd", Golden.STUDENT_MAPS.mul(scale), Golden.TEACHER_MAPS), 1e-5);
    }

    @Test
    void temperatureKeepsTheGradientsScale() {
        Tensor student = DEVICE.normal(Key.of(5), 2, 3, 4, 4);
        Tensor teacher = DEVICE.normal(Key.of(6), 2, 3, 4, 4);
        Pairing pair = ObjectiveCheck.pairing(student, teacher);
        double at20 = sum(new ChannelWise(pair, new Identity(), 20), student, teacher);
        double at200 = sum(new ChannelWise(pair, new Identity(), 200), student, teacher);
        assertEquals(1, at200 / at20, 0.1);
    }

    private static double sum(Objective objective, Tensor student, Tensor teacher) {
        return ObjectiveCheck.features(objective, student, teacher).featureGradient("s").abs().sum().item();
    }

    @Test
    void deadAndHugeChannelsStayFinite() {
        for (Device device : new Device[] {DEVICE, Device.cpu()}) {
            Tensor usual = device.normal(Key.of(7), 3, 2, 3, 5);
            Tensor half = usual.mul(device.tensor(new float[] {0, 1}, 1, 2, 1, 1));
            for (String name : ALL.keySet()) {
                for (Tensor other : new Tensor[] {device.zeros(3, 2, 3, 5), half, usual.mul(1e4), device.full(1e4, usual.shape())}) {
                    check(name, other, usual).finite();
                    check(name, usual, other).finite();
                }
            }
        }
        Tensor usual = DEVICE.normal(Key.of(7), 3, 2, 3, 5);
        Tensor gradient = check("pkd", DEVICE.zeros(3, 2, 3, 5), usual).featureGradient("s");
        assertEquals(0, gradient.abs().max().item(), "a dead channel has no pattern, and no slope of 1e6");
    }

    @Test
    void oneExampleAndOddSizes() {
        for (String name : new String[] {"cwd", "pkd"}) {
            check(name, DEVICE.normal(Key.of(8), 1, 3, 7, 5), DEVICE.normal(Key.of(9), 1, 3, 3, 6)).gradients();
        }
        check("weighted-features", DEVICE.normal(Key.of(8), 1, 3), DEVICE.normal(Key.of(9), 1, 3)).gradients();
    }

    @Test
    void channelsThatDifferAreRefusedInWords() {
        for (String name : new String[] {"cwd", "pkd"}) {
            var e = assertThrows(IllegalArgumentException.class, () -> check(name, Shape.of(4, 2, 5, 5), Shape.of(4, 3, 5, 5)));
            assertEquals(name + ": the student's s is (4, 2, 5, 5) behind its connector, the teacher's t (4, 3, 5, 5); both need "
                    + "as many channels, so take another connector, such as Connectors.conv1x1", e.getMessage());
        }
        var e = assertThrows(IllegalArgumentException.class, () -> check("pkd", Shape.of(1, 3, 1, 1), Shape.of(1, 3, 1, 1)));
        assertTrue(e.getMessage().startsWith("pkd: a deviation needs at least 2 values for each channel"), e.getMessage());
    }

    private static void check(String name, Shape student, Shape teacher) {
        ALL.get(name).apply(ObjectiveCheck.pairing(DEVICE.full(0, student), DEVICE.full(0, teacher)))
                .check(new Views<>(null, Map.of("s", student)), new Views<>(null, Map.of("t", teacher)));
    }
}
