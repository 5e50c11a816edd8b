package limbeck.distill.relations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.Identity;
import limbeck.nn.Linear;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The relations without memory. */
class RelationsTest {
    private static final Device DEVICE = Device.reference();
    private static final Map<String, Function<Pairing, Objective>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("rkd-d", RelationalDistance::new);
        ALL.put("rkd-a", RelationalAngle::new);
        ALL.put("sp", SimilarityPreserving::new);
        ALL.put("pkt", ProbabilisticTransfer::new);
        ALL.put("cc rbf", pair -> new CorrelationCongruence(pair, 0.4, 2));
        ALL.put("cc rd", pair -> new ConsecutiveCongruence(pair, new Identity(), new Identity()));
        ALL.put("mmd rbf", pair -> new MaximumMeanDiscrepancy(pair, new MaximumMeanDiscrepancy.Rbf(), new Identity()));
        ALL.put("mmd linear", pair -> new MaximumMeanDiscrepancy(pair, new MaximumMeanDiscrepancy.DotProduct(), new Identity()));
        ALL.put("mmd polynomial", pair -> new MaximumMeanDiscrepancy(pair, new MaximumMeanDiscrepancy.Polynomial(3), new Identity()));
    }

    private static ObjectiveCheck check(String name, Tensor student, Tensor teacher) {
        return ObjectiveCheck.features(ALL.get(name).apply(ObjectiveCheck.pairing(student, teacher)), student, teacher);
    }

    private static double value(String name, Tensor student, Tensor teacher) {
        return check(name, student, teacher).value();
    }

    @Test
    void goldenValues() {
        Map.of("rkd-d", 0.219989, "rkd-a", 0.126736, "sp", 0.490295, "pkt", 0.501618, "cc rbf", 0.168560, "cc rd", 10.225280)
                .forEach((name, expected) -> assertEquals(expected, value(name, Golden.STUDENT, Golden.TEACHER), 1e-5 * expected, name));
    }

    /** SP by plain loops. A known fault: torchdistill's SPKDLoss divides the rows of G by the sum of their absolute values. */
    @Test
    void faultOfTorchdistillSpkdDividesByTheL1Norm() {
        double[][] s = similarities(Golden.STUDENT.toDoubles(), 4, 3, 2);
        double[][] t = similarities(Golden.TEACHER.toDoubles(), 4, 3, 2);
        assertEquals(meanSquare(s, t), value("sp", Golden.STUDENT, Golden.TEACHER), 1e-12);
        double[][] wrong = similarities(Golden.STUDENT.toDoubles(), 4, 3, 1);
        assertNotEquals(meanSquare(wrong, similarities(Golden.TEACHER.toDoubles(), 4, 3, 1)), value("sp", Golden.STUDENT, Golden.TEACHER),
                1e-2);
    }

    private static double[][] similarities(double[] f, int n, int width, int norm) {
        double[][] g = new double[n][n];
        for (int i = 0; i < n; i++) {
            double length = 0;
            for (int j = 0; j < n; j++) {
                g[i][j] = dot(f, i, f, j, width);
                length += Math.pow(Math.abs(g[i][j]), norm);
            }
            for (int j = 0; j < n; j++) {
                g[i][j] /= Math.pow(length, 1.0 / norm);
            }
        }
        return g;
    }

    private static double meanSquare(double[][] s, double[][] t) {
        double sum = 0;
        for (int i = 0; i < s.length; i++) {
            for (int j = 0; j < s.length; j++) {
                sum += Math.pow(s[i][j] - t[i][j], 2);
            }
        }
        return sum / (s.length * s.length);
    }

    private static double dot(double[] a, int i, double[] b, int j, int width) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            sum += a[i * width + d] * b[j * width + d];
        }
        return sum;
    }

    /** RKD-A by plain loops over all triples. */
    @Test
    void anglesAgreeWithTheDefinition() {
        Tensor student = DEVICE.normal(Key.of(1), 5, 7);
        Tensor teacher = DEVICE.normal(Key.of(2), 5, 4);
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                for (int k = 0; k < 5; k++) {
                    double d = Math.abs(angle(student.toDoubles(), i, j, k, 7) - angle(teacher.toDoubles(), i, j, k, 4));
                    sum += d < 1 ? d * d / 2 : d - 0.5;
                }
            }
        }
        assertEquals(sum / 125, value("rkd-a", student, teacher), 1e-12);
    }

    private static double angle(double[] e, int i, int j, int k, int width) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int d = 0; d < width; d++) {
            double x = e[j * width + d] - e[i * width + d];
            double y = e[k * width + d] - e[i * width + d];
            product += x * y;
            first += x * x;
            second += y * y;
        }
        return first == 0 || second == 0 ? 0 : product / Math.sqrt(first * second);
    }

    /** MMD by plain loops; the kernel's width from all pairs of different points, sorted. */
    @Test
    void discrepanciesAgreeWithTheDefinition() {
        int n = 5;
        Tensor student = DEVICE.normal(Key.of(3), n, 4);
        Tensor teacher = DEVICE.normal(Key.of(4), n, 4).add(0.5);
        double[] both = student.concat(0, List.of(teacher)).toDoubles();
        double median = median(both, n);
        assertEquals(gaussian(both, n, median), value("mmd rbf", student, teacher), 1e-12);
        assertEquals(discrepancy(n, (i, j) -> dot(both, i, both, j, 4) / 4), value("mmd linear", student, teacher), 1e-12);
        assertEquals(discrepancy(n, (i, j) -> Math.pow(dot(both, i, both, j, 4) / 4 + 1, 3)), value("mmd polynomial", student, teacher),
                1e-11);
    }

    /** 45 pairs of ten points have one in the middle. */
    private static double median(double[] both, int n) {
        return IntStream.range(0, 4 * n * n).filter(p -> p / (2 * n) < p % (2 * n)).mapToDouble(p -> square(both, p / (2 * n), p % (2 * n)))
                .sorted().skip((n * (2 * n - 1) - 1) / 2).findFirst().orElseThrow();
    }

    private static double gaussian(double[] both, int n, double median) {
        return discrepancy(n, (i, j) -> Math.exp(-square(both, i, j) / (2 * median)));
    }

    @Test
    void theKernelsWidthIsAConstantToTheGradient() {
        int n = 5;
        Tensor student = DEVICE.normal(Key.of(3), n, 4);
        Tensor teacher = DEVICE.normal(Key.of(4), n, 4).add(0.5);
        double[] both = student.concat(0, List.of(teacher)).toDoubles();
        double median = median(both, n);
        double[] gradient = check("mmd rbf", student, teacher).featureGradient("s").toDoubles();
        for (int k = 0; k < gradient.length; k++) {
            double[] up = both.clone();
            double[] down = both.clone();
            up[k] += 1e-5;
            down[k] -= 1e-5;
            assertEquals((gaussian(up, n, median) - gaussian(down, n, median)) / 2e-5, gradient[k], 1e-8, "element " + k);
        }
    }

    private static double square(double[] x, int i, int j) {
        return dot(x, i, x, i, 4) + dot(x, j, x, j, 4) - 2 * dot(x, i, x, j, 4);
    }

    private static double discrepancy(int n, BiFunction<Integer, Integer, Double> kernel) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                sum += kernel.apply(i, j) + kernel.apply(n + i, n + j) - 2 * kernel.apply(i, n + j);
            }
        }
        return sum / (n * n);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        for (String name : ALL.keySet()) {
            if (name.equals("mmd rbf")) {
                continue;       // its width is a constant to the gradient: see the next test
            }
            check(name, Golden.STUDENT, Golden.TEACHER).gradients();
            check(name, DEVICE.normal(Key.of(5), 3, 2, 3, 1), DEVICE.normal(Key.of(6), 3, 6)).gradients();
        }
        Tensor student = DEVICE.normal(Key.of(7), 5, 3);
        Tensor teacher = DEVICE.normal(Key.of(8), 5, 7);
        Pairing pair = ObjectiveCheck.pairing(student, teacher);
        var consecutive = ConsecutiveCongruence.of(pair, 6, Key.of(9));
        consecutive.student().to(DEVICE);
        consecutive.teacher().to(DEVICE);
        assertEquals(4, consecutive.parameters().size());
        ObjectiveCheck.features(consecutive, student, teacher).gradients();
        var connector = Linear.of(3, 7, Key.of(10));
        connector.to(DEVICE);
        ObjectiveCheck.features(new MaximumMeanDiscrepancy(pair, new MaximumMeanDiscrepancy.Polynomial(2), connector), student,
                teacher).gradients();
    }

    @Test
    void theStudentsMeanDistanceIsDifferentiated() {
        // Scaling the student changes nothing, so the gradient is orthogonal to the features themselves.
        Tensor gradient = check("rkd-d", Golden.STUDENT, Golden.TEACHER).featureGradient("s");
        assertEquals(0, gradient.mul(Golden.STUDENT).sum().item(), 1e-14);
        assertTrue(gradient.abs().max().item() > 1e-3);
    }

    @Test
    void scaleAndPlaceDoNotCount() {
        Tensor moved = Golden.STUDENT.mul(37).add(5);
        for (String name : new String[] {"rkd-d", "rkd-a"}) {
            assertEquals(value(name, Golden.STUDENT, Golden.TEACHER), value(name, moved, Golden.TEACHER), 1e-12, name);
        }
        for (String name : new String[] {"sp", "cc rbf"}) {
            assertEquals(value(name, Golden.STUDENT, Golden.TEACHER), value(name, Golden.STUDENT.mul(37), Golden.TEACHER), 1e-12, name);
        }
        assertEquals(value("pkt", Golden.STUDENT, Golden.TEACHER), value("pkt", Golden.STUDENT.mul(37), Golden.TEACHER), 1e-6);
    }

    @Test
    void theOrderOfTheBatchDoesNotCount() {
        Tensor order = DEVICE.tensor(new int[] {2, 0, 3, 1}, 4);
        Tensor student = Golden.STUDENT.indexSelect(0, order);
        Tensor teacher = Golden.TEACHER.indexSelect(0, order);
        for (String name : ALL.keySet()) {
            if (name.equals("cc rd")) {
                continue;       // the one that compares neighbours in the batch
            }
            assertEquals(value(name, Golden.STUDENT, Golden.TEACHER), value(name, student, teacher), 1e-12, name);
            Tensor expected = check(name, Golden.STUDENT, Golden.TEACHER).featureGradient("s").indexSelect(0, order);
            Tensor actual = check(name, student, teacher).featureGradient("s");
            assertEquals(0, expected.sub(actual).abs().max().item(), 1e-12, name);
        }
    }

    @Test
    void nothingToLearnFromAnEqual() {
        for (String name : ALL.keySet()) {
            assertEquals(0, value(name, Golden.TEACHER, Golden.TEACHER), 1e-14, name);
            // PKT's 1e-7 in both logarithms leaves a slope of that order.
            double tolerance = name.equals("pkt") ? 1e-6 : 1e-13;
            assertEquals(0, check(name, Golden.TEACHER, Golden.TEACHER).featureGradient("s").abs().max().item(), tolerance, name);
        }
    }

    @Test
    void deadAndHugeFeaturesStayFinite() {
        for (Device device : new Device[] {DEVICE, Device.cpu()}) {
            Tensor usual = device.normal(Key.of(11), 6, 5);
            Tensor dead = device.zeros(6, 5);
            Tensor half = usual.mul(device.tensor(new float[] {0, 1, 0, 1, 0, 1}, 6, 1));
            for (String name : ALL.keySet()) {
                for (Tensor student : new Tensor[] {dead, half, usual.mul(1e4), device.full(1e4, Shape.of(6, 5))}) {
                    check(name, student, usual).finite();
                    check(name, usual, student).finite();
                }
            }
        }
    }

    @Test
    void deadExamplesDoNotThrowTheStudentAbout() {
        Tensor usual = DEVICE.normal(Key.of(12), 6, 5);
        Tensor half = usual.mul(DEVICE.tensor(new float[] {0, 1, 0, 1, 0, 1}, 6, 1));
        for (String name : new String[] {"rkd-a", "sp", "pkt", "cc rbf"}) {
            assertTrue(check(name, half, usual).featureGradient("s").abs().max().item() < 10, name);
        }
    }

    @Test
    void oneExampleHasNoRelations() {
        Tensor student = DEVICE.normal(Key.of(13), 1, 3);
        Tensor teacher = DEVICE.normal(Key.of(14), 1, 3);
        for (String name : ALL.keySet()) {
            check(name, student, teacher).finite();
            if (!name.startsWith("mmd")) {
                assertEquals(0, value(name, student, teacher), 1e-15, name);
            }
        }
    }

    @Test
    void widthsMayDiffer() {
        Tensor maps = DEVICE.normal(Key.of(15), 7, 3, 5, 3);
        for (String name : new String[] {"rkd-d", "rkd-a", "sp", "pkt", "cc rbf"}) {
            assertTrue(value(name, maps, DEVICE.normal(Key.of(16), 7, 4)) > 0, name);
        }
    }

    @Test
    void distancesAgreeInFloatWhereTheMeanIsLarge() {
        // |a|^2 + |b|^2 - 2 ab of float features around 1000 would have no digit left.
        Tensor student = Device.cpu().normal(Key.of(17), 16, 32);
        Tensor teacher = Device.cpu().normal(Key.of(18), 16, 32);
        assertEquals(value("rkd-d", student, teacher), value("rkd-d", student.add(1000), teacher), 1e-4);
    }

    @Test
    void aDiscrepancyNeedsOneSpace() {
        Pairing pair = ObjectiveCheck.pairing(DEVICE.zeros(2, 3), DEVICE.zeros(2, 4));
        var objective = new MaximumMeanDiscrepancy(pair, new MaximumMeanDiscrepancy.Rbf(), new Identity());
        var e = assertThrows(IllegalArgumentException.class, () -> objective.check(new Views<>(null, Map.of("s", Shape.of(2, 3))),
                new Views<>(null, Map.of("t", Shape.of(2, 4)))));
        assertEquals("mmd: the student's s is (2, 3), the teacher's t (2, 4); "
                + "they lie in one space only with a connector to the teacher's width",
                e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new MaximumMeanDiscrepancy.Polynomial(0));
        assertThrows(IllegalArgumentException.class, () -> new CorrelationCongruence(pair, 0.4, 0));
    }
}
