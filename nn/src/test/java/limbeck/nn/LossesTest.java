package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.Function;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossesTest {
    private static final Device DEVICE = Device.reference();
    private static final double[][] LOGITS = {{1, 2, -1}, {0, 0.5, 3}, {-2, 1, 0.25}, {4, -4, 0}};
    private static final int[] LABELS = {1, 0, 2, 0};
    private static final double[] WEIGHTS = {0.5, 2, 1.5};

    private static Tensor matrix(double[][] rows) {
        return DEVICE.tensor(Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray(), Shape.of(rows.length, rows[0].length));
    }

    private static Tensor vector(double... values) {
        return DEVICE.tensor(values, Shape.of(values.length));
    }

    private static Tensor labels(int... values) {
        return DEVICE.tensor(values, values.length);
    }

    /** -log softmax, as in the definition. */
    private static double cost(int row, int label) {
        return Math.log(Arrays.stream(LOGITS[row]).map(Math::exp).sum()) - LOGITS[row][label];
    }

    private static double smoothed(int row, double smoothing, double[] weights) {
        double spread = 0;
        for (int c = 0; c < 3; c++) {
            spread += weights[c] * cost(row, c) * smoothing / 3;
        }
        return (1 - smoothing) * weights[LABELS[row]] * cost(row, LABELS[row]) + spread;
    }

    @Test
    void crossEntropyIsTheMeanCostOfTheLabels() {
        double mean = (cost(0, 1) + cost(1, 0) + cost(2, 2) + cost(3, 0)) / 4;
        assertEquals(mean, Losses.crossEntropy(Variable.of(matrix(LOGITS)), labels(LABELS)).item(), 1e-12);
        assertEquals(mean, Losses.crossEntropy(matrix(LOGITS), labels(LABELS)).item(), 1e-12, "on plain tensors too");
    }

    @ParameterizedTest
    @EnumSource
    void smoothingAndClassWeights(Reduction reduction) {
        double[] each = {smoothed(0, 0.2, WEIGHTS), smoothed(1, 0.2, WEIGHTS), smoothed(2, 0.2, WEIGHTS), smoothed(3, 0.2, WEIGHTS)};
        double sum = Arrays.stream(each).sum();
        double[] expected = switch (reduction) {
            case MEAN -> new double[] {sum / (2 + 0.5 + 1.5 + 0.5)};
            case SUM -> new double[] {sum};
            case NONE -> each;
        };
        Tensor loss = Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 0.2, vector(WEIGHTS), reduction);
        assertArrayEquals(expected, loss.toDoubles(), 1e-12);
    }

    @Test
    void smoothingWithoutWeights() {
        double[] ones = {1, 1, 1};
        double mean = (smoothed(0, 0.1, ones) + smoothed(1, 0.1, ones) + smoothed(2, 0.1, ones) + smoothed(3, 0.1, ones)) / 4;
        assertEquals(mean, Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 0.1, Reduction.MEAN).item(), 1e-12);
    }

    @Test
    void softTargetsGeneraliseLabels() {
        Tensor hard = labels(LABELS).oneHot(3);
        assertEquals(Losses.crossEntropy(matrix(LOGITS), labels(LABELS)).item(),
                Losses.softCrossEntropy(matrix(LOGITS), hard, Reduction.MEAN).item(), 1e-12);
        assertEquals(Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 0.3, Reduction.SUM).item(),
                Losses.softCrossEntropy(matrix(LOGITS), hard.mul(0.7).add(0.1), Reduction.SUM).item(), 1e-12);
    }

    @Test
    void aLabelForEachPosition() {
        Key key = Key.of(3);
        Tensor logits = DEVICE.normal(key, 2, 5, 3, 4);
        Tensor labels = DEVICE.uniform(key.split("labels"), 0, 5, Shape.of(2, 3, 4)).cast(limbeck.tensor.DType.I32);
        Tensor weights = DEVICE.uniform(key.split("weights"), 5);
        // The same as a long list of examples.
        Tensor rows = logits.permute(0, 2, 3, 1).reshape(24, 5);
        Tensor column = labels.reshape(24);
        assertEquals(Losses.crossEntropy(rows, column, 0.1, weights, Reduction.MEAN).item(),
                Losses.crossEntropy(logits, labels, 0.1, weights, Reduction.MEAN).item(), 1e-12);
        assertEquals(Shape.of(2, 3, 4), Losses.crossEntropy(logits, labels, 0.1, Reduction.NONE).shape());
        assertEquals(Shape.of(2, 3, 4), Losses.softCrossEntropy(logits, logits.softmax(1), Reduction.NONE).shape());
    }

    @Test
    void nllTakesLogProbabilities() {
        Tensor logProbabilities = matrix(LOGITS).logSoftmax(1);
        assertEquals(Losses.crossEntropy(matrix(LOGITS), labels(LABELS)).item(),
                Losses.nll(logProbabilities, labels(LABELS), Reduction.MEAN).item(), 1e-12);
        assertEquals(Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 0, vector(WEIGHTS), Reduction.MEAN).item(),
                Losses.nll(logProbabilities, labels(LABELS), vector(WEIGHTS), Reduction.MEAN).item(), 1e-12);
    }

    @Test
    void squaredAndSmoothAbsoluteErrors() {
        Tensor prediction = vector(0, 0.3, -1, 5, -1e30);
        Tensor target = vector(0, 0, 1, 2, 1e30);
        Tensor first = prediction.slice(0, 0, 4);
        assertArrayEquals(new double[] {0, 0.09, 4, 9}, Losses.mse(first, target.slice(0, 0, 4), Reduction.NONE).toDoubles(), 1e-12);
        assertEquals(13.09 / 4, Losses.mse(first, target.slice(0, 0, 4), Reduction.MEAN).item(), 1e-12);
        double[][] expected = {{0, 0.3, 2, 3, 2e30}, {0, 0.045, 1.5, 2.5, 2e30}, {0, 0.0225, 1, 2, 2e30}};
        for (int beta = 0; beta < expected.length; beta++) {
            assertArrayEquals(expected[beta], Losses.smoothL1(prediction, target, beta, Reduction.NONE).toDoubles(), 1e-12);
        }
    }

    @Test
    void binaryCrossEntropy() {
        double[] x = {2, -1, 0.5, -3};
        double[] y = {1, 0, 0.25, 1};
        double[] plain = new double[4];
        double[] weighted = new double[4];
        for (int i = 0; i < 4; i++) {
            double p = 1 / (1 + Math.exp(-x[i]));
            plain[i] = -y[i] * Math.log(p) - (1 - y[i]) * Math.log(1 - p);
            weighted[i] = -3 * y[i] * Math.log(p) - (1 - y[i]) * Math.log(1 - p);
        }
        assertArrayEquals(plain, Losses.bceWithLogits(vector(x), vector(y), Reduction.NONE).toDoubles(), 1e-12);
        assertArrayEquals(weighted, Losses.bceWithLogits(vector(x), vector(y), vector(3), Reduction.NONE).toDoubles(), 1e-12);
    }

    private static void assertFinite(String what, Function<Variable, Variable> loss, Tensor at) {
        Variable x = Variable.leaf(at);
        Tape tape = new Tape();
        Variable value = tape.record(() -> loss.apply(x));
        for (double number : value.tensor().toDoubles()) {
            assertTrue(Double.isFinite(number), what + " is " + number);
        }
        for (double number : tape.backward(value).of(x).toDoubles()) {
            assertTrue(Double.isFinite(number), "gradient of " + what + " is " + number);
        }
    }

    @Test
    void extremeLogitsGiveFiniteLossesAndGradients() {
        Tensor values = matrix(new double[][] {{1e4, -1e4, 0}, {-1e4, 1e4, 1e4}, {1e4, 1e4, 1e4}, {-1e4, -1e4, -1e4}});
        for (Device device : new Device[] {DEVICE, Device.cpu()}) {
            Tensor extreme = values.to(device);
            Tensor labels = labels(1, 0, 2, 0).to(device);
            Tensor targets = labels.oneHot(3);
            Tensor weights = vector(WEIGHTS).to(device);
            for (Reduction reduction : new Reduction[] {Reduction.MEAN, Reduction.SUM}) {
                assertFinite("crossEntropy", x -> Losses.crossEntropy(x, labels, 0.1, weights, reduction), extreme);
                assertFinite("softCrossEntropy", x -> Losses.softCrossEntropy(x, targets, reduction), extreme);
                assertFinite("bceWithLogits", x -> Losses.bceWithLogits(x, targets, reduction), extreme);
                assertFinite("bceWithLogits, weighted", x -> Losses.bceWithLogits(x, targets, weights, reduction), extreme);
                assertFinite("smoothL1", x -> Losses.smoothL1(x, extreme.neg(), 1, reduction), extreme);
            }
            assertEquals(20_000, Losses.crossEntropy(extreme.slice(0, 0, 1), labels.slice(0, 0, 1)).item(), 1e-9);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAgreeWithFiniteDifferences(Reduction reduction) {
        Tensor logits = DEVICE.normal(Key.of(5), 3, 4);
        Tensor other = DEVICE.normal(Key.of(6), 3, 4);
        Tensor weights = DEVICE.uniform(Key.of(7), 0.5, 2, Shape.of(4));
        Tensor targets = other.softmax(1);
        BiFunction<String, Function<Variable, Variable>, Void> check = (name, loss) -> {
            GradCheck.checkSecond(in -> loss.apply(in.getFirst()), logits);
            return null;
        };
        check.apply("crossEntropy", x -> Losses.crossEntropy(x, labels(3, 0, 3), 0.1, weights, reduction));
        check.apply("softCrossEntropy", x -> Losses.softCrossEntropy(x, targets, reduction));
        check.apply("nll", x -> Losses.nll(x, labels(3, 0, 3), weights, reduction));
        check.apply("mse", x -> Losses.mse(x, other, reduction));
        check.apply("smoothL1", x -> Losses.smoothL1(x, other, 0.7, reduction));
        check.apply("bceWithLogits", x -> Losses.bceWithLogits(x, targets, weights, reduction));
    }

    @Test
    void aLabelThatIsNoClassIsNamed() {
        for (int wrong : new int[] {3, -1, Integer.MAX_VALUE}) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Losses.crossEntropy(matrix(LOGITS), labels(0, wrong, 1, 2))).getMessage();
            assertTrue(message.startsWith("crossEntropy: a label is not one of the 3 classes, which count from 0: ")
                    && message.contains(" " + wrong + " "), message);
        }
        assertThrows(IllegalArgumentException.class, () -> Losses.nll(matrix(LOGITS), labels(0, 7, 1, 2), Reduction.MEAN));
    }

    @Test
    void shapesThatDoNotFitAreExplained() {
        assertEquals("crossEntropy: the labels do not fit the logits: left is (4, 3), right is (3); the labels should be (4); "
                + "classes lie on axis 1 of the logits",
                assertThrows(ShapeException.class, () -> Losses.crossEntropy(matrix(LOGITS), labels(0, 1, 2))).getMessage());
        assertEquals("crossEntropy: labels must be I32 class numbers, got F64 (3); for probabilities use softCrossEntropy",
                assertThrows(ShapeException.class, () -> Losses.crossEntropy(matrix(LOGITS), vector(0, 1, 2))).getMessage());
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(vector(1, 2, 3), labels(0)));
        assertThrows(ShapeException.class, () -> Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 0, vector(1, 2), Reduction.MEAN));
        assertThrows(ShapeException.class, () -> Losses.softCrossEntropy(matrix(LOGITS), vector(1, 0, 0), Reduction.MEAN));
        assertEquals("mse: prediction and target differ in shape: left is (3, 1), right is (3); (3, 1) != (3); reshape one of them",
                assertThrows(ShapeException.class,
                        () -> Losses.mse(vector(1, 2, 3).unsqueeze(1), vector(1, 2, 3), Reduction.MEAN)).getMessage());
        assertThrows(ShapeException.class, () -> Losses.smoothL1(matrix(LOGITS), vector(1, 2, 3), 1, Reduction.MEAN));
        assertThrows(ShapeException.class, () -> Losses.bceWithLogits(matrix(LOGITS), vector(1, 2, 3), Reduction.MEAN));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(matrix(LOGITS), labels(LABELS), 1.5, Reduction.MEAN));
        assertThrows(IllegalArgumentException.class, () -> Losses.crossEntropy(matrix(LOGITS), labels(LABELS), Double.NaN, Reduction.MEAN));
        assertThrows(IllegalArgumentException.class, () -> Losses.smoothL1(vector(1), vector(1), -1, Reduction.MEAN));
    }
}
