package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cross-entropy of (N, C) where it is recorded: losses and gradient from one pass. */
class CrossEntropyTest {
    private static final int ROWS = 13;

    private static Tensor logits(double scale, int classes) {
        return Device.cpu().normal(Key.of(1), ROWS, classes).mul(scale);
    }

    private static Tensor labels(int classes) {
        return Device.cpu().tensor(IntStream.range(0, ROWS).map(i -> i * 37 % classes).toArray(), ROWS);
    }

    /** A value and its gradient by the logits. */
    private record Result(double[] losses, double[] gradient) {
    }

    private interface Loss {
        Variable of(Variable logits, Tensor labels);
    }

    /** The losses, and the gradient of their weighted sum. */
    private static Result run(Loss loss, Tensor logits, Tensor labels) {
        Variable leaf = Variable.leaf(logits);
        var tape = new Tape();
        Variable losses = tape.record(() -> loss.of(leaf, labels));
        Tensor weights = Device.cpu().normal(Key.of(3), losses.shape().dims()).to(logits.device());
        Variable sum = tape.record(() -> losses.mul(Variable.of(weights)).sum());
        double[] values = losses.tensor().toDoubles();
        return new Result(values, tape.backward(sum).of(leaf).toDoubles());
    }

    /** The same from primitive ops. */
    private static Variable composed(Variable logits, Tensor labels, double smoothing) {
        Variable log = logits.logSoftmax(1);
        Variable own = log.gather(1, Variable.of(labels.unsqueeze(1))).squeeze(1);
        return own.mul(1 - smoothing).add(log.mean(1).mul(smoothing)).neg();
    }

    private static void close(double[] expected, double[] given, double tolerance, String what) {
        assertEquals(expected.length, given.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], given[i], tolerance * Math.max(1, Math.abs(expected[i])), what + ", element " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 10, 16, 17, 33, 1000})
    void isWhatItIsComposedOf(int classes) {
        Tensor labels = labels(classes);
        for (double smoothing : new double[] {0, 0.1, 1}) {
            for (double scale : new double[] {1, 30, 1e4}) {
                Tensor logits = logits(scale, classes);
                Result expected = run((z, y) -> composed(z, y, smoothing), logits.to(Device.reference()), labels.to(Device.reference()));
                Result fused = run((z, y) -> Losses.crossEntropy(z, y, smoothing, Reduction.NONE), logits, labels);
                String what = classes + " classes, smoothing " + smoothing + ", logits times " + scale;
                close(expected.losses, fused.losses, 2e-6, what);
                close(expected.gradient, fused.gradient, 2e-6, "gradient of " + what);
                double[] plain = Losses.crossEntropy(logits, labels, smoothing, Reduction.NONE).toDoubles();
                close(fused.losses, plain, 2e-6, "without a gradient, " + what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAgreeWithFiniteDifferencesTwice(Reduction reduction) {
        Tensor logits = Device.reference().normal(Key.of(5), 3, 4);
        Tensor labels = Device.reference().tensor(new int[] {3, 0, 3}, 3);
        for (double smoothing : new double[] {0, 0.1}) {
            GradCheck.checkSecond(in -> Losses.crossEntropy(in.getFirst(), labels, smoothing, reduction), logits);
        }
    }

    @Test
    void extremeLogitsStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor logits = device.tensor(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f, 0, 0, 0, 3e38f, -3e37f, 0}, 4, 3);
            Tensor labels = device.tensor(new int[] {1, 0, 2, 0}, 4);
            for (double smoothing : new double[] {0, 0.1}) {
                Result result = run((z, y) -> Losses.crossEntropy(z, y, smoothing, Reduction.NONE), logits, labels);
                assertTrue(Arrays.stream(result.losses).allMatch(Double::isFinite), device + ": " + Arrays.toString(result.losses));
                assertTrue(Arrays.stream(result.gradient).allMatch(Double::isFinite), device + ": " + Arrays.toString(result.gradient));
                assertEquals(smoothing == 0 ? 20_000 : 19_000, result.losses[0], 1e-2);
            }
        }
    }

    /** A class may be ruled out by a logit of minus infinity: it has no share, and without smoothing no part in the loss. */
    @Test
    void aClassThatIsRuledOutDoesNotCount() {
        Tensor logits = Device.cpu().tensor(new float[] {1, Float.NEGATIVE_INFINITY, 2}, 1, 3);
        Result result = run((z, y) -> Losses.crossEntropy(z, y, 0, Reduction.NONE), logits, Device.cpu().tensor(new int[] {2}, 1));
        double share = 1 / (1 + Math.E);
        close(new double[] {-Math.log(1 - share)}, result.losses, 1e-6, "loss");
        double weight = Device.cpu().normal(Key.of(3), 1).item();
        close(new double[] {share * weight, 0, -share * weight}, result.gradient, 1e-6, "gradient");
    }

    @Test
    void otherElementTypesKeepTheirs() {
        Tensor logits = logits(1, 10).cast(DType.BF16);
        Variable leaf = Variable.leaf(logits);
        var tape = new Tape();
        Variable loss = tape.record(() -> Losses.crossEntropy(leaf, labels(10), 0.1, Reduction.MEAN));
        assertEquals(Losses.crossEntropy(logits.cast(DType.F32), labels(10), 0.1, Reduction.MEAN).item(), loss.item(), 0.03);
        assertEquals(DType.BF16, tape.backward(loss).of(leaf).dtype());
    }

    @Test
    void aLabelThatIsNoClassIsNamed() {
        Tensor logits = Device.cpu().normal(Key.of(1), 4, 3);
        for (int wrong : new int[] {3, -1, Integer.MAX_VALUE}) {
            Tensor labels = Device.cpu().tensor(new int[] {0, 2, wrong, 9}, 4);
            Variable leaf = Variable.leaf(logits);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new Tape().record(() -> Losses.crossEntropy(leaf, labels))).getMessage();
            assertEquals("crossEntropy: a label is not one of the 3 classes, which count from 0: crossEntropy: index " + wrong
                    + " at element 2 of the labels is outside an axis of extent 3; give 0 to 2", message);
        }
    }

    @Test
    void memoryOfAStepComesBack() {
        Variable logits = Variable.leaf(logits(1, 1000));
        Tensor labels = labels(1000);
        long before = Device.cpu().memory().inUse();
        for (int i = 0; i < 3; i++) {
            try (var _ = Scope.open("step")) {
                var tape = new Tape();
                tape.backward(tape.record(() -> Losses.crossEntropy(logits, labels)));
            }
        }
        assertEquals(before, Device.cpu().memory().inUse());
    }

    /** Losses that an evaluation keeps hold no memory of the logits' size. */
    @Test
    void lossesWithoutAGradientAreSmall() {
        Tensor logits = logits(1, 1000);
        Tensor labels = labels(1000);
        long before = Device.cpu().memory().inUse();
        try (var _ = Scope.open("evaluation")) {
            try (var inner = Scope.open("batch")) {
                inner.keep(Losses.crossEntropy(Variable.leaf(logits), labels, 0, Reduction.NONE).tensor());
            }
            assertTrue(Device.cpu().memory().inUse() - before < 1000, () -> "kept " + (Device.cpu().memory().inUse() - before));
        }
    }
}
