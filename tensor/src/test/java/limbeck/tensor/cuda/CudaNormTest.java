package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Normalization on the emulated GPU, of sizes at which work is cut into pieces; small and odd ones stand in the op table. */
@Tag("cuda-emulated")
final class CudaNormTest {
    private static final Key KEY = Key.of(31);
    private static final double EPSILON = 1e-5;
    // Relative to the largest element of the result.
    private static final double NEAR = 2e-6;

    private final Device cuda = Emulator.device();

    /** Channels by fours and one by one, more of them than a block has, many rows and few. */
    @ParameterizedTest
    @CsvSource({"2, 16, 40, 40", "3, 7, 31, 33", "2, 260, 3, 5", "9, 129, 2, 2", "4100, 10, 1, 1", "1, 64, 1, 1", "2, 1, 50, 50"})
    void batchNormForwardAndBackward(int n, int c, int h, int w) {
        try (var _ = Scope.open("norm")) {
            Tensor x = normal("x", n, c, h, w).mul(3).add(2);
            Tensor weight = normal("weight", c);
            Tensor bias = normal("bias", c);
            Tensor g = normal("g", n, c, h, w);
            Tensor residual = normal("residual", n, c, h, w);
            Tensor moments = x.apply(new ChannelMoments(), List.of());
            near(new ChannelMoments(), x);
            near(new ChannelAffine(false), x, weight, bias);
            near(new ChannelAffine(true), x, weight, bias, residual);
            for (boolean relu : new boolean[] {false, true}) {
                near(new BatchNorm(EPSILON, relu), x, weight, bias, moments);
                near(new BatchNorm(EPSILON, relu), x, weight, bias, moments, residual);
                Tensor sums = x.apply(new BatchNormSums(EPSILON, relu), List.of(weight, bias, moments, g));
                near(new BatchNormSums(EPSILON, relu), x, weight, bias, moments, g);
                near(new BatchNormInput(EPSILON, relu), x, weight, bias, moments, g, sums);
            }
        }
    }

    /** The squares of numbers about 1000 are a million times the variance. */
    @Test
    void aLargeMeanDoesNotDrownTheVariance() {
        Tensor x = normal("x", 8, 12, 9, 9).add(1000);
        double[] exact = x.to(Device.cpu()).to(Device.reference()).apply(new ChannelMoments(), List.of()).toDoubles();
        double[] actual = images(x).apply(new ChannelMoments(), List.of()).toDoubles();
        assertArrayEquals(exact, actual, 1e-4);
    }

    @Test
    void moments() {
        Tensor x = images(Device.reference().tensor(new float[] {1, 5, 3, 5, 2, 5, 6, 5}, 4, 2, 1, 1));
        assertArrayEquals(new double[] {3, 5, 3.5, 0}, x.apply(new ChannelMoments(), List.of()).toDoubles());
    }

    @Test
    void aNaNReachesItsChannelAlone() {
        Tensor x = images(Device.reference().tensor(new float[] {1, 5, Float.NaN, 6}, 2, 2, 1, 1));
        assertArrayEquals(new double[] {Double.NaN, 5.5, Double.NaN, 0.25}, x.apply(new ChannelMoments(), List.of()).toDoubles());
        Tensor y = x.apply(new ChannelAffine(true), List.of(cuda.ones(2), cuda.zeros(2)));
        assertArrayEquals(new double[] {1, 5, Double.NaN, 6}, y.toDoubles());
    }

    /** Rows for a warp and for a block, and more of them than one piece of their sums. */
    @ParameterizedTest
    @CsvSource({"3, 5", "70, 33", "700, 96", "5, 1024", "6, 1025", "3, 5000", "1, 1"})
    void layerNormForwardAndBackward(int rows, int size) {
        try (var _ = Scope.open("norm")) {
            Tensor x = normal("x", rows, size).mul(2).add(1);
            Tensor weight = normal("weight", size);
            near(new LayerNorm(EPSILON), x, weight, normal("bias", size));
            near(new LayerNormGradients(EPSILON), x, weight, normal("g", rows, size));
        }
    }

    /** A missing barrier shows as bits that depend on the order in which threads run. */
    @Test
    void theSameBitsInAnyOrderOfThreads() {
        Tensor x = images(normal("x", 3, 20, 17, 16));
        Tensor g = images(normal("g", 3, 20, 17, 16));
        Tensor weight = normal("weight", 20).to(cuda);
        Tensor rows = normal("rows", 40, 1100).to(cuda);
        Tensor scale = normal("scale", 1100).to(cuda);
        List<Supplier<Tensor>> all = List.of(() -> x.apply(new ChannelMoments(), List.of()),
                () -> x.apply(new BatchNormSums(EPSILON, true), List.of(weight, weight, x.apply(new ChannelMoments(), List.of()), g)),
                () -> rows.apply(new LayerNorm(EPSILON), List.of(scale, scale)),
                () -> rows.apply(new LayerNormGradients(EPSILON), List.of(scale, rows)));
        for (Supplier<Tensor> one : all) {
            double[] forward = one.get().toDoubles();
            try {
                for (String order : List.of("rev", "rand:5")) {
                    Emulator.environment("CUEMU_ORDER", order);
                    assertArrayEquals(forward, one.get().toDoubles(), order);
                }
            } finally {
                Emulator.environment("CUEMU_ORDER", "fwd");
            }
        }
    }

    private static Tensor normal(String name, int... dims) {
        return Device.cpu().normal(KEY.split(name), dims).to(Device.reference());
    }

    /** On the device, images channels last, as convolutions write them. */
    private Tensor images(Tensor x) {
        return x.shape().rank() == 4 ? x.to(cuda).channelsLast() : x.to(cuda);
    }

    private void near(FusedOp op, Tensor... in) {
        List<Tensor> rest = List.of(in).subList(1, in.length);
        double[] exact = in[0].apply(op, rest).toDoubles();
        Tensor there = images(in[0]).apply(op, rest.stream().map(this::images).toList());
        double[] actual = there.toDoubles();
        assertEquals(exact.length, actual.length);
        double largest = 0;
        for (double value : exact) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < exact.length; i++) {
            int at = i;
            double allowed = NEAR * largest;
            assertTrue(Math.abs(exact[i] - actual[i]) <= allowed, () -> op + ", seed " + KEY + ": element " + at + " is " + actual[at]
                    + ", wanted " + exact[at] + " within " + allowed);
        }
    }
}
