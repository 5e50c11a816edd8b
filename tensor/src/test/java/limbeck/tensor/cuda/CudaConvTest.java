package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Convolutions on the emulated GPU, in every precision. What is small and odd stands in the op table, which is strict. */
@Tag("cuda-emulated")
final class CudaConvTest {
    private static final Key KEY = Key.of(29);

    private final Device cuda = Emulator.device();
    private final Precision before = Precision.current();

    @AfterEach
    void restore() {
        Precision.use(before);
    }

    /** Columns: images, channels, height, width, output channels, kernel rows and columns, stride, padding, dilation, groups. */
    @ParameterizedTest
    @CsvSource({
        // Read in chunks; narrow tiles, 64 x 64, several tiles.
        "3, 16, 9, 10, 16, 3, 3, 1, 1, 1, 1",
        "2, 32, 12, 9, 48, 3, 3, 1, 1, 1, 1",
        "1, 64, 8, 8, 130, 3, 3, 1, 1, 1, 1",
        "2, 20, 7, 5, 33, 5, 3, 1, 2, 1, 1",
        // A stem: few channels, read one by one.
        "3, 3, 17, 15, 16, 3, 3, 1, 1, 1, 1",
        "2, 3, 20, 21, 20, 7, 7, 2, 3, 1, 1",
        "5, 1, 14, 14, 33, 5, 5, 1, 0, 1, 1",
        // Strides: phases of the image's gradient, of unequal size, and some without a tap.
        "3, 16, 9, 8, 32, 3, 3, 2, 1, 1, 1",
        "2, 16, 8, 8, 20, 1, 1, 2, 0, 1, 1",
        "1, 8, 11, 7, 9, 5, 2, 3, 3, 2, 1",
        "2, 8, 13, 12, 12, 2, 2, 3, 0, 1, 1",
        "1, 12, 1, 2, 8, 1, 1, 3, 0, 1, 1",
        // Dilation alone.
        "2, 24, 9, 10, 24, 3, 3, 1, 2, 2, 1",
        // One pixel: a matrix product.
        "4, 20, 7, 7, 30, 1, 1, 1, 0, 1, 1",
        // Groups, large and small.
        "2, 32, 8, 8, 32, 3, 3, 1, 1, 1, 2",
        "2, 18, 7, 8, 26, 3, 3, 2, 1, 1, 2",
        "2, 24, 11, 12, 36, 3, 3, 2, 1, 1, 4",
        "2, 40, 9, 8, 40, 3, 3, 2, 1, 1, 40",
        "2, 12, 7, 9, 24, 3, 3, 1, 2, 2, 12",
        // Few pixels of many channels: sums in pieces.
        "1, 160, 3, 3, 40, 3, 3, 1, 1, 1, 1",
    })
    void allThreePasses(int n, int c, int h, int w, int k, int kh, int kw, int stride, int pad, int dilation, int groups) {
        var spec = new ConvSpec(stride, stride, pad, pad, dilation, dilation, groups);
        Shape weights = Shape.of(k, c / groups, kh, kw);
        try (var _ = Scope.open("convolution")) {
            Tensor x = normal("x", n, c, h, w);
            Tensor f = normal("f", k, c / groups, kh, kw);
            Tensor g = normal("g", spec.output("conv2d", x.shape(), weights).dims());
            int summed = kh * kw * Math.max(c, k) / groups;
            int pixels = g.shape().intSize() / k;
            Precision[] all = Precision.values();
            compare(() -> x.apply(new Conv2d(spec), List.of(f)), () -> x.abs().apply(new Conv2d(spec), List.of(f.abs())),
                    () -> x.to(cuda).apply(new Conv2d(spec), List.of(f.to(cuda))), summed, all);
            var input = new Conv2dInput(spec, x.shape());
            compare(() -> g.apply(input, List.of(f)), () -> g.abs().apply(input, List.of(f.abs())),
                    () -> g.to(cuda).apply(input, List.of(f.to(cuda))), summed, all);
            var weight = new Conv2dWeight(spec, weights);
            compare(() -> x.apply(weight, List.of(g)), () -> x.abs().apply(weight, List.of(g.abs())),
                    () -> x.to(cuda).apply(weight, List.of(g.to(cuda))), pixels, all);
        }
    }

    /** Enough tiles for the large ones. Columns: images, channels, size, output channels, kernel, stride. */
    @ParameterizedTest
    @CsvSource({"FP32, 22, 4, 24, 66, 2, 1", "TF32, 12, 8, 24, 66, 2, 1", "BF16, 12, 66, 24, 8, 2, 1", "STRICT, 90, 66, 12, 4, 2, 2"})
    void manyTiles(Precision precision, int n, int c, int size, int k, int kernel, int stride) {
        Precision.use(precision);
        var spec = ConvSpec.DEFAULT.stride(stride).padding(kernel / 2);
        try (var _ = Scope.open("convolution")) {
            Tensor x = normal("x", n, c, size, size);
            Tensor f = normal("f", k, c, kernel, kernel);
            Tensor g = normal("g", spec.output("conv2d", x.shape(), f.shape()).dims());
            compare(() -> x.apply(new Conv2d(spec), List.of(f)), () -> x.abs().apply(new Conv2d(spec), List.of(f.abs())),
                    () -> x.to(cuda).apply(new Conv2d(spec), List.of(f.to(cuda))), c * kernel * kernel, precision);
            var input = new Conv2dInput(spec, x.shape());
            compare(() -> g.apply(input, List.of(f)), () -> g.abs().apply(input, List.of(f.abs())),
                    () -> g.to(cuda).apply(input, List.of(f.to(cuda))), k * kernel * kernel, precision);
        }
    }

    /** Every way in which a convolution is computed carries scale, shift, residual and ReLU. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void whatFollowsAConvolution(Precision precision) {
        Precision.use(precision);
        // Images, channels, size, output channels, kernel, groups.
        int[][] sizes = {{2, 16, 7, 24, 3, 1}, {2, 24, 7, 70, 1, 1}, {1, 160, 3, 40, 3, 1}, {2, 12, 5, 12, 3, 12}, {2, 3, 9, 7, 3, 1}};
        for (int[] s : sizes) {
            var spec = ConvSpec.DEFAULT.padding(s[4] / 2).groups(s[5]);
            for (boolean rest : new boolean[] {false, true}) {
                try (var _ = Scope.open("affine")) {
                    var in = new ArrayList<>(List.of(normal("x", s[0], s[1], s[2], s[2]), normal("f", s[3], s[1] / s[5], s[4], s[4]),
                            normal("scale", s[3]), normal("shift", s[3])));
                    if (rest) {
                        in.add(normal("residual", s[0], s[3], s[2], s[2]));
                    }
                    FusedOp op = new Conv2dAffine(spec, rest);
                    List<Tensor> there = in.stream().map(t -> t.to(cuda)).toList();
                    compare(() -> op.composed(in), () -> new Conv2dAffine(spec, false).composed(in.stream().map(Tensor::abs).toList()),
                            () -> there.getFirst().apply(op, there.subList(1, there.size())), s[1] * s[4] * s[4] / s[5] + 3, precision);
                }
            }
        }
    }

    /** A missing barrier shows as bits that depend on the order in which threads run. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void theSameBitsInAnyOrderOfThreads(Precision precision) {
        Precision.use(precision);
        var spec = ConvSpec.DEFAULT.padding(1);
        Tensor x = normal("x", 2, 20, 9, 9).to(cuda);
        Tensor f = normal("f", 40, 20, 3, 3).to(cuda);
        Tensor g = normal("g", 2, 40, 9, 9).to(cuda);
        List<Supplier<Tensor>> passes = List.of(() -> x.apply(new Conv2d(spec), List.of(f)),
                () -> g.apply(new Conv2dInput(spec, x.shape()), List.of(f)), () -> x.apply(new Conv2dWeight(spec, f.shape()), List.of(g)));
        for (Supplier<Tensor> pass : passes) {
            double[] forward = pass.get().toDoubles();
            try {
                for (String order : List.of("rev", "rand:5")) {
                    Emulator.environment("CUEMU_ORDER", order);
                    assertArrayEquals(forward, pass.get().toDoubles(), order);
                }
            } finally {
                Emulator.environment("CUEMU_ORDER", "fwd");
            }
        }
    }

    private static Tensor normal(String name, int... dims) {
        return Device.cpu().normal(KEY.split(name), dims).to(Device.reference());
    }

    /** Within the rounding of factors and, as for the op table, of sums. */
    @Test
    void filtersAreKeptWhileAWeightStaysAsItIs() {
        Tensor x = cuda.normal(KEY.split("kept x"), 0, 1, Shape.of(2, 16, 6, 6)).channelsLast();
        Tensor weight = InPlace.own(cuda.normal(KEY.split("kept w"), 0, 1, Shape.of(8, 16, 3, 3)));
        Tensor half = weight.mul(0.5);
        var spec = ConvSpec.DEFAULT.padding(1);
        float[] expected = x.conv2d(weight, spec).toFloats();
        for (int round = 0; round < 2; round++) {
            long[] launches = new long[5];
            for (int call = 0; call < launches.length; call++) {
                Replays.Count before = Replays.Count.of(cuda);
                assertArrayEquals(expected, Replays.without(cuda, () -> x.conv2d(weight, spec).toFloats()), "call " + call);
                launches[call] = Replays.Count.of(cuda).since(before).single();
            }
            // Three times in all; the first of them, in the first round, has been above.
            int ordered = round == 0 ? 2 : 3;
            for (int call = 0; call < launches.length; call++) {
                assertEquals(launches[4] + (call < ordered ? 1 : 0), launches[call], "round " + round + ", call " + call);
            }
            InPlace.update(new Update.Sgd(1, 0, false, 0), weight, half, List.of());
            expected = x.conv2d(weight.mul(1), spec).toFloats();
        }
    }

    private static void compare(Supplier<Tensor> exact, Supplier<Tensor> absolute, Supplier<Tensor> there, int summed,
            Precision... precisions) {
        Tensor expected = exact.get();
        double[] wanted = expected.toDoubles();
        double[] magnitudes = absolute.get().toDoubles();
        for (Precision precision : precisions) {
            Precision.use(precision);
            Tensor actual = there.get();
            assertEquals(expected.shape(), actual.shape());
            double[] got = actual.toDoubles();
            double share = (4 + Math.sqrt(summed)) * 0x1p-24 + CudaGemmTest.rounding(precision);
            for (int i = 0; i < wanted.length; i++) {
                double allowed = share * magnitudes[i] + Float.MIN_NORMAL;
                int at = i;
                assertTrue(Math.abs(wanted[i] - got[i]) <= allowed, () -> precision + ", seed " + KEY + ": element " + at + " of "
                        + expected.shape() + " is " + got[at] + ", wanted " + wanted[at] + " within " + allowed);
            }
        }
    }
}
