package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.KernelOp;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Winograd forms themselves, also where {@link ConvForm} would not choose them, against the reference. Bounds are on the
 * largest error relative to the largest element of the result, for normal images and weights.
 */
final class WinogradTest {
    // A sum of n products has about sqrt(n) roundoffs of 6e-8, and F(2 x 2) adds and halves only: measured at most 4.4e-7 in four
    // runs of all cases with other seeds. The factors of F(4 x 4), up to 8, let small differences of large numbers appear: 1.2e-5,
    // and 7e-6 in the large images, where the largest element stands out more.
    private static final double F2 = 8e-7;
    private static final double F4 = 1.5e-5;
    // Measured 8e-6 here and in gradients summed over 131 thousand pixels.
    private static final double F3 = 2e-5;

    private static final Key KEY = Key.of(23);

    private final Device reference = Device.reference();

    private record Case(int images, int channels, int height, int width, int outputs, int pad) {
        ConvSpec spec() {
            return ConvSpec.DEFAULT.padding(pad);
        }

        Key key() {
            return KEY.split(toString());
        }

        Shape image() {
            return Shape.of(images, channels, height, width);
        }

        Shape weight() {
            return Shape.of(outputs, channels, 3, 3);
        }

        Shape result() {
            return spec().output("conv2d", image(), weight());
        }

        Tensor normal(String name, Shape shape) {
            return Device.cpu().normal(key().split(name), shape.dims());
        }
    }

    /** All heights and widths from 4 to 19 in pairs that meet each other differently, then larger images. */
    static Stream<Case> cases() {
        var cases = new ArrayList<Case>();
        int[] images = {1, 3, 9};
        int[] channels = {16, 32, 48, 64};
        for (int height = 4; height < 20; height++) {
            for (int pad = 0; pad < 3; pad++) {
                int width = 4 + (height * 7 + pad * 5) % 16;
                int count = images[(height + pad) % 3];
                // Nine images have few channels, for the reference is slow.
                int most = count == 9 ? 2 : 4;
                cases.add(new Case(count, channels[height % most], height, width, channels[(height / 4 + pad) % most], pad));
            }
        }
        for (int pad = 0; pad <= 2; pad++) {
            cases.add(new Case(3, 16, 32, 32, 16, pad));
            cases.add(new Case(2, 32, 32, 17, 64, pad));
            cases.add(new Case(1, 64, 9, 32, 48, pad));
        }
        return cases.stream();
    }

    @BeforeEach
    void vectors() {
        Assumptions.assumeTrue(Simd.available(), "Winograd kernels are vector code");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Case c) {
        Tensor x = c.normal("x", c.image());
        Tensor w = c.normal("w", c.weight());
        double[] expected = reference(x, new Conv2d(c.spec()), w);
        var weights = new ConvWeights(w.toFloats(), 0, 3, c.channels, 3, 1, 9, 9 * c.channels);
        close(F2, expected, () -> convolve(Winograd.F2, x, weights, c.pad, c.result()));
        close(F4, expected, () -> convolve(Winograd.F4, x, weights, c.pad, c.result()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientOfTheImage(Case c) {
        Tensor g = c.normal("g", c.result());
        Tensor w = c.normal("w", c.weight());
        double[] expected = reference(g, new Conv2dInput(c.spec(), c.image()), w);
        var weights = new ConvWeights(w.toFloats(), 8, 3, c.outputs, -3, -1, 9 * c.channels, 9);
        close(F2, expected, () -> convolve(Winograd.F2, g, weights, 2 - c.pad, c.image()));
        close(F4, expected, () -> convolve(Winograd.F4, g, weights, 2 - c.pad, c.image()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientOfTheWeights(Case c) {
        Tensor x = c.normal("x", c.image());
        Tensor g = c.normal("g", c.result());
        double[] expected = reference(x, new Conv2dWeight(c.spec(), c.weight()), g);
        close(F3, expected, () -> {
            float[] out = dirty(expected.length + 3);
            assertTrue(OuterSum.applies(images(g).channels()));
            WinogradWeight.run(images(x), images(g), c.pad, c.pad, out, 3);
            return Arrays.copyOfRange(out, 3, out.length);
        });
    }

    private double[] reference(Tensor first, KernelOp op, Tensor second) {
        return first.to(reference).apply(op, List.of(second.to(reference))).toDoubles();
    }

    private static float[] convolve(Winograd form, Tensor x, ConvWeights weights, int pad, Shape shape) {
        var out = new Images(dirty(shape.intSize() + 5), 5, shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1));
        WinogradConv.run(form, images(x), weights, pad, pad, out, Finish.NONE);
        float[] values = Arrays.copyOfRange(out.array(), 5, out.array().length);
        return Device.cpu().tensor(values, shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)).permute(0, 3, 1, 2).toFloats();
    }

    private static Images images(Tensor x) {
        Shape shape = x.shape();
        return new Images(x.permute(0, 2, 3, 1).toFloats(), 0, shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1));
    }

    private static float[] dirty(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    /** Compares, and wants the same bits from one, two and three threads. */
    private static void close(double bound, double[] expected, Supplier<float[]> run) {
        int before = Threads.count();
        try {
            Threads.use(1);
            float[] alone = run.get();
            double largest = 0;
            double error = 0;
            for (int i = 0; i < expected.length; i++) {
                largest = Math.max(largest, Math.abs(expected[i]));
                error = Math.max(error, Math.abs(expected[i] - alone[i]));
            }
            assertTrue(error <= bound * largest, "error " + error + " of largest " + largest + ", " + KEY);
            for (int threads = 2; threads <= 3; threads++) {
                Threads.use(threads);
                assertArrayEquals(alone, run.get(), 0, threads + " threads");
            }
        } finally {
            Threads.use(before);
        }
    }

    static Stream<WinogradTransform> transforms() {
        return Stream.of(Winograd.F2, Winograd.F3, Winograd.F4).flatMap(form -> Stream.of(form.input(), form.kernel(), form.output()));
    }

    /** What holds a tile in registers against two passes along one axis each: no bit differs, and nothing else is written. */
    @ParameterizedTest
    @MethodSource("transforms")
    void wholeTilesAreTwoPasses(WinogradTransform transform) {
        int length = MicroKernel.LANES;
        int tiles = 3;
        int blocks = 2;
        int pixel = blocks * length + 1;
        int in = transform.inputs;
        int out = transform.outputs;
        float[] x = Device.cpu().normal(KEY.split("tiles"), 1 + tiles * in * in * pixel).toFloats();
        float[] half = new float[out * in * tiles * pixel];
        float[] expected = new float[2 + tiles * out * out * pixel];
        float[] actual = new float[expected.length];
        for (int tile = 0; tile < tiles; tile++) {
            for (int j = 0; j < in; j++) {
                transform.run(x, 1 + (tile * in * in + j) * pixel, in * pixel, 0, half, j * pixel, in * pixel, 0, length, 1, blocks);
            }
            for (int i = 0; i < out; i++) {
                transform.run(half, i * in * pixel, pixel, 0, expected, 2 + (tile * out + i) * out * pixel, pixel, 0, length, 1, blocks);
            }
        }
        transform.tiles(x, 1, in * pixel, pixel, in * in * pixel, actual, 2, out * pixel, pixel, out * out * pixel, length, tiles, blocks);
        assertArrayEquals(expected, actual);
    }
}
