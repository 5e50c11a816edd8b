package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.ImagesAndSums;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Moments of channels, of images that are there and of those that a convolution is just making. */
class MomentsTest {
    private static final Key KEY = Key.of(81_103);

    /** For each form of a convolution: Winograd's with whole and with broken tiles, copied rows of few and many channels, and the rest. */
    @ParameterizedTest
    @CsvSource({
        "9, 16, 32, 32, 16, 3, 1, 1, 1",
        "5, 32, 15, 14, 48, 3, 1, 1, 1",
        "2, 16, 21, 30, 32, 3, 1, 2, 1",
        "9, 3, 32, 32, 16, 3, 1, 1, 1",
        "7, 16, 23, 19, 32, 3, 2, 1, 1",
        "6, 17, 9, 11, 5, 3, 1, 1, 1",
        "4, 40, 13, 9, 24, 1, 1, 0, 1",
        "3, 8, 14, 15, 8, 3, 1, 1, 8",
        "2, 6, 7, 6, 10, 3, 1, 0, 2",
        "1, 4, 2, 3, 7, 2, 1, 0, 1",
    })
    void aConvolutionTakesTheMomentsOfItsResult(int n, int c, int h, int w, int k, int kernel, int stride, int pad, int groups) {
        ConvSpec spec = ConvSpec.DEFAULT.stride(stride).padding(pad).groups(groups);
        Tensor x = Device.cpu().normal(KEY.split("x"), n, c, h, w).channelsLast();
        Tensor f = Device.cpu().normal(KEY.split("f"), k, c / groups, kernel, kernel);
        var op = new Conv2dMoments(spec);
        Shape shape = op.images(x.shape(), f.shape());
        int before = Threads.count();
        Precision usual = Precision.current();
        try {
            for (Precision precision : List.of(Precision.FP32, Precision.STRICT)) {
                Precision.use(precision);
                Threads.use(1);
                Tensor images = x.apply(new Conv2d(spec), List.of(f));
                double[] expected = images.to(Device.reference()).apply(new ChannelMoments(), List.of()).toDoubles();
                double[] alone = x.apply(op, List.of(f)).toDoubles();
                for (int threads : new int[] {1, 2, 3, 5}) {
                    Threads.use(threads);
                    Tensor all = x.apply(op, List.of(f));
                    String what = precision + " on " + threads + " threads";
                    assertArrayEquals(images.toDoubles(), ImagesAndSums.images(all, shape).toDoubles(), what);
                    close(what, expected, ImagesAndSums.sums(all, shape).toDoubles());
                    assertArrayEquals(alone, all.toDoubles(), what);
                }
            }
        } finally {
            Threads.use(before);
            Precision.use(usual);
        }
    }

    /** Sums of squares alone would leave nothing of a variance so much smaller than the mean. */
    @Test
    void aLargeMeanLeavesTheVarianceItsDigits() {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        for (int channels : new int[] {16, 5, 48}) {
            Tensor x = Device.cpu().normal(KEY.split("large"), 33, channels, 17, 13).add(3000).channelsLast();
            double[] expected = x.to(Device.reference()).apply(new ChannelMoments(), List.of()).toDoubles();
            close(channels + " channels", expected, x.apply(new ChannelMoments(), List.of()).toDoubles());
            // By kernels that change nothing the convolution has the same images.
            var op = new Conv2dMoments(ConvSpec.DEFAULT);
            Tensor f = identity(channels).reshape(channels, channels, 1, 1);
            close(channels + " channels convolved", expected, ImagesAndSums.sums(x.apply(op, List.of(f)), x.shape()).toDoubles());
        }
    }

    /** In memory that holds other numbers. */
    @Test
    void nothingIsTakenFromBefore() {
        Tensor x = Device.cpu().normal(KEY.split("x"), 9, 16, 32, 32).channelsLast();
        Tensor f = Device.cpu().normal(KEY.split("f"), 16, 16, 3, 3);
        var op = new Conv2dMoments(ConvSpec.DEFAULT.padding(1));
        double[] expected = x.apply(op, List.of(f)).toDoubles();
        for (int i = 0; i < 2; i++) {
            try (var _ = Scope.open("again")) {
                x.mul(Double.NaN).apply(op, List.of(f));
            }
            try (var _ = Scope.open("and again")) {
                assertArrayEquals(expected, x.apply(op, List.of(f)).toDoubles());
            }
        }
    }

    private static Tensor identity(int n) {
        float[] ones = new float[n * n];
        for (int i = 0; i < n; i++) {
            ones[i * n + i] = 1;
        }
        return Device.cpu().tensor(ones, n, n);
    }

    /** Means relative to the deviation, variances to themselves. */
    private static void close(String what, double[] expected, double[] actual) {
        int channels = expected.length / 2;
        for (int c = 0; c < channels; c++) {
            double variance = expected[channels + c];
            double mean = expected[c];
            assertEquals(mean, actual[c], 1e-5 * Math.sqrt(variance) + Math.ulp((float) mean), what + ", mean of " + c + ", key " + KEY);
            assertEquals(variance, actual[channels + c], 2e-5 * variance, what + ", variance of " + c + ", key " + KEY);
        }
    }
}
