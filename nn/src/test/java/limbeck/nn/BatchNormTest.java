package limbeck.nn;

import static limbeck.nn.ModuleChecks.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Recompute;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.ShapeException;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class BatchNormTest {
    private static final Device EXACT = Device.reference();

    private static BatchNorm2d images(int channels) {
        return Init.on(EXACT, () -> BatchNorm2d.of(channels));
    }

    private static BatchNorm1d rows(int channels) {
        return Init.on(EXACT, () -> BatchNorm1d.of(channels));
    }

    private static double[] train(Module norm, Tensor x) {
        return Mode.train(1, () -> norm.apply(Variable.of(x))).tensor().toDoubles();
    }

    @Test
    void byHand() {
        BatchNorm1d norm = rows(2);
        norm.weight().set(EXACT.tensor(new float[] {2, 1}, 2));
        norm.bias().set(EXACT.tensor(new float[] {0, 5}, 2));
        // Channel 0: mean 3, biased variance 8/3, unbiased 4. Channel 1: mean 10, variance 0.
        double[] y = train(norm, EXACT.tensor(new float[] {1, 10, 3, 10, 5, 10}, 3, 2));
        double rstd = 1 / Math.sqrt(8.0 / 3 + 1e-5);
        assertArrayEquals(new double[] {-4 * rstd, 5, 0, 5, 4 * rstd, 5}, y, 1e-12);
        assertArrayEquals(new double[] {0.3, 1}, norm.runningMean().tensor().toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0.9 + 0.4, 0.9}, norm.runningVariance().tensor().toDoubles(), 1e-12);

        double[] used = norm.apply(Variable.of(EXACT.tensor(new float[] {1, 1}, 1, 2))).tensor().toDoubles();
        assertArrayEquals(new double[] {2 * 0.7 / Math.sqrt(1.3 + 1e-5), 5}, used, 1e-12);
    }

    @Test
    void imagesAreNormalizedByChannel() {
        BatchNorm2d norm = images(3);
        Tensor x = normal(4, 5, 3, 4, 7).mul(3).add(2);
        Tensor y = EXACT.tensor(train(norm, x), x.shape());
        assertArrayEquals(new double[3], y.mean(0, 2, 3).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {1, 1, 1}, y.square().mean(0, 2, 3).toDoubles(), 1e-5);
        Tensor mean = x.mean(0, 2, 3);
        assertArrayEquals(mean.mul(0.1).toDoubles(), norm.runningMean().tensor().toDoubles(), 1e-12);
        Tensor unbiased = x.var(List.of(0, 2, 3), 1, false);
        assertArrayEquals(unbiased.mul(0.1).add(0.9).toDoubles(), norm.runningVariance().tensor().toDoubles(), 1e-12);
    }

    @Test
    void sequencesAreNormalizedByChannel() {
        BatchNorm1d norm = rows(3);
        Tensor x = normal(5, 2, 3, 6).add(1);
        Tensor y = EXACT.tensor(train(norm, x), x.shape());
        assertArrayEquals(new double[3], y.mean(0, 2).toDoubles(), 1e-12);
    }

    @Test
    void runningStatisticsOutliveTheStepsScope() {
        BatchNorm2d norm = images(2);
        for (int step = 0; step < 3; step++) {
            try (var _ = Scope.open("step")) {
                train(norm, normal(step, 2, 2, 3, 3));
            }
        }
        assertTrue(Double.isFinite(norm.apply(Variable.of(normal(9, 1, 2, 3, 3))).tensor().sum().item()));
    }

    @Test
    void evaluationChangesNothingAndEqualsTheFormula() {
        BatchNorm2d norm = images(2);
        for (int step = 0; step < 4; step++) {
            train(norm, normal(step, 3, 2, 2, 2).mul(2).add(1));
        }
        norm.weight().set(EXACT.tensor(new float[] {0.5f, -2}, 2));
        norm.bias().set(EXACT.tensor(new float[] {3, 1}, 2));
        double[] before = norm.runningMean().tensor().toDoubles();
        Tensor x = normal(10, 1, 2, 1, 1);
        double[] y = norm.apply(Variable.of(x)).tensor().toDoubles();
        assertArrayEquals(before, norm.runningMean().tensor().toDoubles());
        double[] variance = norm.runningVariance().tensor().toDoubles();
        for (int c = 0; c < 2; c++) {
            double expected = (x.toDoubles()[c] - before[c]) / Math.sqrt(variance[c] + 1e-5) * norm.weight().tensor().toDoubles()[c]
                    + norm.bias().tensor().toDoubles()[c];
            assertEquals(expected, y[c], 1e-12);
        }
    }

    @Test
    void aLoadedCopyAnswersTheSame() {
        BatchNorm2d norm = images(2);
        train(norm, normal(1, 3, 2, 2, 2));
        BatchNorm2d copy = images(2);
        copy.parameters().forEach((name, parameter) -> parameter.set(norm.parameters().get(name).tensor().add(0)));
        copy.buffers().forEach((name, buffer) -> buffer.set(norm.buffers().get(name).tensor().add(0)));
        Variable x = Variable.of(normal(2, 4, 2, 3, 3));
        assertArrayEquals(norm.apply(x).tensor().toDoubles(), copy.apply(x).tensor().toDoubles());
        assertArrayEquals(train(norm, x.tensor()), train(copy, x.tensor()));
        assertArrayEquals(norm.runningMean().tensor().toDoubles(), copy.runningMean().tensor().toDoubles());
    }

    @Test
    void aReplayedBlockMovesTheStatisticsOnce() {
        BatchNorm1d plain = rows(2);
        BatchNorm1d recomputed = rows(2);
        Tensor x = normal(6, 4, 2);
        train(plain, x);
        var tape = new Tape();
        Mode.train(1, () -> tape.backward(tape.record(() ->
                Recompute.of(in -> recomputed.apply(in.getFirst()), List.of(Variable.leaf(x))).square().sum())));
        assertArrayEquals(plain.runningMean().tensor().toDoubles(), recomputed.runningMean().tensor().toDoubles());
        assertArrayEquals(plain.runningVariance().tensor().toDoubles(), recomputed.runningVariance().tensor().toDoubles());
    }

    @Test
    void secondDerivatives() {
        BatchNorm1d norm = rows(2);
        GradCheck.checkSecond(in -> Mode.train(1, () -> norm.apply(in.getFirst())), normal(7, 3, 2));
    }

    @Test
    void oneValuePerChannelCannotTrain() {
        assertEquals("in BatchNorm2d: batchNorm2d: training needs at least 2 values for each channel, input (1, 2, 1, 1) has 1; "
                + "use a larger batch, or Mode.evaluate",
                assertThrows(ShapeException.class, () -> train(images(2), normal(1, 1, 2, 1, 1))).getMessage());
    }

    @Test
    void aWrongInputIsNamed() {
        var e = assertThrows(ShapeException.class, () -> train(images(2), normal(1, 4, 3, 2, 2)));
        assertTrue(e.getMessage().contains("the input must be (N, C, H, W) with C = 2"), e.getMessage());
        assertThrows(ShapeException.class, () -> train(images(2), normal(1, 4, 2)));
        assertThrows(ShapeException.class, () -> train(rows(2), normal(1, 4, 2, 3, 3)));
    }
}
