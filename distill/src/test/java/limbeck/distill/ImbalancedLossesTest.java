package limbeck.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.data.ClassCounts;
import limbeck.distill.logits.BalancedKd;
import limbeck.distill.logits.GeneralizedJsd;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.logits.SparseTopKKl;
import limbeck.distill.logits.TotalVariation;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Losses that know the classes' sizes, and losses of examples some of which have no label. */
class ImbalancedLossesTest {
    private static final Device DEVICE = Device.reference();
    private static final ClassCounts COUNTS = new ClassCounts(new int[] {600, 50, 3});
    private static final double[][] STUDENT = rows(Golden.STUDENT);
    private static final double[][] TEACHER = rows(Golden.TEACHER);
    private static final int[] LABELS = Golden.LABELS.toInts();

    private static double[][] rows(Tensor matrix) {
        int columns = matrix.shape().dim(1);
        double[] values = matrix.toDoubles();
        double[][] rows = new double[values.length / columns][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
        return rows;
    }

    private static ObjectiveCheck check(Objective objective) {
        return check(objective, Golden.LABELS);
    }

    private static ObjectiveCheck check(Objective objective, Tensor labels) {
        return ObjectiveCheck.of(objective, Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), labels);
    }

    private static Tensor labels(int... labels) {
        return DEVICE.tensor(labels, labels.length);
    }

    /** Probabilities of z / tau with a factor for each class. */
    private static double[] softmax(double[] z, double tau, double[] factor) {
        double[] p = new double[z.length];
        double sum = 0;
        for (int c = 0; c < z.length; c++) {
            p[c] = factor[c] * Math.exp(z[c] / tau);
            sum += p[c];
        }
        for (int c = 0; c < z.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    private static double[] sizes(double exponent) {
        return Arrays.stream(COUNTS.counts()).mapToDouble(n -> Math.pow(n, exponent)).toArray();
    }

    @Test
    void balancedSoftmaxByItsDefinition() {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum -= Math.log(softmax(STUDENT[i], 1, sizes(1))[LABELS[i]]);
        }
        var check = check(LogitAdjusted.of(COUNTS, 1, 0, DEVICE));
        assertEquals(sum / 4, check.value(), 1e-12);
        check.gradients();
        check(LogitAdjusted.of(COUNTS, 0.7, 0.1, DEVICE)).gradients();
    }

    @Test
    void logitAdjustmentTakesTauTimesTheLogShares() {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum -= Math.log(softmax(STUDENT[i], 1, sizes(0.3))[LABELS[i]]);
        }
        assertEquals(sum / 4, check(LogitAdjusted.of(COUNTS, 0.3, 0, DEVICE)).value(), 1e-12);
        assertEquals(check(new HardLabels(0.1)).value(), check(LogitAdjusted.of(COUNTS, 0, 0.1, DEVICE)).value(), 1e-14);
        assertEquals(check(new HardLabels()).value(), check(LogitAdjusted.of(ClassCounts.even(3, 7), 1, 0, DEVICE)).value(), 1e-14);
    }

    @Test
    void effectiveNumbersWeightTheMean() {
        double[] weights = COUNTS.effectiveWeights(0.99);
        double sum = 0;
        double of = 0;
        for (int i = 0; i < 4; i++) {
            sum -= weights[LABELS[i]] * Math.log(softmax(STUDENT[i], 1, sizes(0))[LABELS[i]]);
            of += weights[LABELS[i]];
        }
        var check = check(new HardLabels(0, DEVICE.tensor(weights, 3)));
        assertEquals(sum / of, check.value(), 1e-12);
        check.gradients();
    }

    @Test
    void balancedKdByItsDefinition() {
        for (double tau : new double[] {1, 4}) {
            double softmax = 0;
            double targets = 0;
            double[] weights = COUNTS.effectiveWeights(0.9999);
            for (int i = 0; i < 4; i++) {
                double[] taught = softmax(TEACHER[i], tau, sizes(0));
                double[] adjusted = softmax(STUDENT[i], tau, sizes(1 / tau));
                double[] weighted = softmax(TEACHER[i], tau, weights);
                double[] own = softmax(STUDENT[i], tau, sizes(0));
                for (int c = 0; c < 3; c++) {
                    softmax += tau * tau / 4 * taught[c] * Math.log(taught[c] / adjusted[c]);
                    targets += tau * tau / 4 * weighted[c] * Math.log(weighted[c] / own[c]);
                }
            }
            var inSoftmax = check(BalancedKd.balancedSoftmax(COUNTS, 1, tau, DEVICE));
            var inTargets = check(BalancedKd.balancedTargets(COUNTS, 0.9999, tau, DEVICE));
            assertEquals(softmax, inSoftmax.value(), 1e-11);
            assertEquals(targets, inTargets.value(), 1e-11);
            inSoftmax.gradients();
            inTargets.gradients();
        }
    }

    @Test
    void balancedKdTeachesLogitsWithoutThePreferenceForLargeClasses() {
        Tensor fair = Golden.TEACHER.sub(DEVICE.tensor(COUNTS.logPriors(), 3));
        for (double tau : new double[] {1, 4, 20}) {
            var check = ObjectiveCheck.logits(BalancedKd.balancedSoftmax(COUNTS, 1, tau, DEVICE), fair, Golden.TEACHER);
            assertEquals(0, check.value(), 1e-12);
            assertEquals(0, check.logitGradient().abs().max().item(), 1e-12, "tau " + tau);
        }
    }

    @Test
    void ofClassesOfOneSizeBalancedKdIsKd() {
        double kd = check(new LogitKd(4)).value();
        ClassCounts even = ClassCounts.even(3, 11);
        assertEquals(kd, check(BalancedKd.balancedSoftmax(even, 1, 4, DEVICE)).value(), 1e-13);
        assertEquals(kd, check(BalancedKd.balancedTargets(even, 0.999, 4, DEVICE)).value(), 1e-13);
        assertEquals(kd, check(BalancedKd.balancedSoftmax(COUNTS, 0, 4, DEVICE)).value(), 1e-13);
    }

    @Test
    void absentClassesAndExtremeLogitsStayFinite() {
        ClassCounts absent = new ClassCounts(new int[] {100_000_000, 0, 1});
        Tensor extreme = DEVICE.tensor(new double[] {1e4, -1e4, 0, -1e4, 1e4, 1e4, 0, 0, 0, -1e4, -1e4, -1e4}, 4, 3);
        for (Device device : List.of(DEVICE, Device.cpu())) {
            List<Objective> losses = List.of(LogitAdjusted.of(absent, 1, 0.1, device), BalancedKd.balancedSoftmax(absent, 1, 4, device),
                    BalancedKd.balancedTargets(absent, 0.9999, 4, device), BalancedKd.balancedTargets(absent, 1, 1, device));
            Tensor on = extreme.to(device);
            for (Objective loss : losses) {
                ObjectiveCheck.of(loss, Views.of(on), Views.of(on.neg()), device.tensor(new int[] {0, 2, 0, 1}, 4)).finite();
            }
        }
        // A teacher's target never is a class of which the weights know nothing.
        Tensor gradient = check(BalancedKd.balancedTargets(absent, 1, 4, DEVICE)).logitGradient();
        double[] first = Arrays.copyOf(gradient.toDoubles(), 3);
        assertTrue(first[1] > 0, "it is pushed down: " + Arrays.toString(first));
    }

    @Test
    void otherNumbersOfClassesAreRefusedInWords() {
        assertEquals("balanced-kd: the student's logits are (8, 10), but the sizes of 3 classes are known; both must be of the same classes",
                assertThrows(IllegalArgumentException.class, () -> BalancedKd.balancedSoftmax(COUNTS, 1, 4, DEVICE)
                        .check(Views.of(Shape.of(8, 10)), Views.of(Shape.of(8, 10)))).getMessage());
        assertEquals("logit adjustment: the student's logits are (8, 10), but there are shares of 3 classes; give one count for each class",
                assertThrows(IllegalArgumentException.class, () -> LogitAdjusted.of(COUNTS, 1, 0, DEVICE)
                        .check(Views.of(Shape.of(8, 10)), Views.of(null))).getMessage());
    }

    @Test
    void examplesWithoutALabelAreLeftOutOfTheHardLoss() {
        Tensor two = Golden.STUDENT.indexSelect(0, labels(1, 3));
        double expected = Losses.crossEntropy(two, labels(1, 0), 0, Reduction.MEAN).item();
        Tensor half = labels(-1, 1, -1, 0);
        var check = check(new HardLabels(), half);
        assertEquals(expected, check.value(), 1e-15);
        check.gradients();
        double[] gradient = check.logitGradient().toDoubles();
        for (int c = 0; c < 3; c++) {
            assertEquals(0, gradient[c], "row 0 has no label");
            assertEquals(0, gradient[6 + c], "row 2 has no label");
        }
        for (Objective loss : List.of(new HardLabels(0.1, DEVICE.tensor(COUNTS.effectiveWeights(0.9), 3)), LogitAdjusted.of(COUNTS, 1, 0, DEVICE))) {
            check(loss, half).gradients();
            var alone = ObjectiveCheck.of(loss, Views.of(two), Views.of(null), labels(1, 0));
            assertEquals(alone.value(), check(loss, half).value(), 1e-14, loss.toString());
        }
    }

    @Test
    void aBatchWithoutAnyLabelHasNoHardLossAndNoGradient() {
        Tensor none = labels(-1, -1, -1, -1);
        for (Objective loss : List.of(new HardLabels(), LogitAdjusted.of(COUNTS, 1, 0, DEVICE))) {
            assertEquals(0, check(loss, none).value());
            assertArrayEquals(new double[12], check(loss, none).logitGradient().abs().toDoubles());
        }
    }

    /** In sequences a negative target is padding; of a classifier's examples it is one that nobody labelled, from which the teacher teaches. */
    @Test
    void distillationLearnsFromExamplesWithoutALabel() {
        for (Objective loss : List.of(new LogitKd(2), new GeneralizedJsd(0.5), new SparseTopKKl(2, true), new TotalVariation(),
                BalancedKd.balancedSoftmax(COUNTS, 1, 2, DEVICE))) {
            assertEquals(check(loss).value(), check(loss, labels(-1, 1, -1, 0)).value(), loss.toString());
            assertFalse(loss.needsLabels());
        }
    }

    @Test
    void aLabelThatIsNoClassIsStillRefused() {
        assertThrows(IllegalArgumentException.class, () -> check(new HardLabels(), labels(0, 1, 3, -1)).value());
    }

    @Test
    void balancedKdIsAMethodOfTheCatalogue() {
        assertEquals("balanced-kd(form=targets, beta=0.99)", Methods.parse("balanced-kd(form=targets, beta=0.99)").getFirst().toString());
    }
}
