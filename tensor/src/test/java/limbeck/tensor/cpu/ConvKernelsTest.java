package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of the sizes that networks have, where work is cut into tasks; small and odd ones stand in the op table. */
final class ConvKernelsTest {
    private static final Key KEY = Key.of(11);
    // Errors allowed at STRICT, where sums round as in plain loops, and at FP32, where the forms of WinogradTest are used. Both are
    // relative to the largest element of the result.
    private static final double STRICT = 3e-6;
    private static final double FP32 = 1.5e-5;

    /** Columns: images, channels, height, width, output channels, kernel rows and columns, stride, padding, dilation, groups. */
    @ParameterizedTest
    @CsvSource({
        "3, 16, 17, 19, 16, 3, 3, 1, 1, 1, 1",
        "2, 32, 12, 9, 48, 3, 3, 1, 1, 1, 1",
        "2, 48, 9, 8, 32, 3, 3, 1, 0, 1, 1",
        "2, 16, 8, 8, 64, 3, 3, 1, 2, 1, 1",
        "2, 64, 1, 5, 16, 3, 3, 1, 1, 1, 1",
        "9, 64, 8, 8, 64, 3, 3, 1, 1, 1, 1",
        "9, 32, 13, 7, 32, 3, 3, 1, 1, 1, 1",
        "2, 32, 8, 8, 32, 3, 3, 1, 1, 1, 2",
        "3, 16, 16, 16, 32, 3, 3, 2, 1, 1, 1",
        "3, 3, 33, 31, 16, 3, 3, 1, 1, 1, 1",
        "2, 3, 40, 40, 20, 7, 7, 2, 3, 1, 1",
        "5, 1, 28, 28, 33, 5, 5, 1, 0, 1, 1",
        // Gradients of few channels, one of which begins inside the image.
        "2, 32, 20, 21, 3, 3, 3, 1, 1, 1, 1",
        "3, 32, 9, 30, 4, 3, 2, 1, 4, 1, 1",
        // Lines of few channels with their border, also one that is wider than what is read.
        "9, 1, 28, 28, 16, 5, 5, 1, 2, 1, 1",
        "2, 3, 9, 30, 16, 3, 3, 1, 5, 1, 1",
        "3, 2, 9, 1, 16, 3, 3, 7, 4, 1, 1",
        "2, 15, 13, 12, 16, 2, 1, 1, 1, 1, 1",
        // Widths of 48 and of 64 + 48, as products and, the last, by Winograd.
        "3, 20, 13, 11, 48, 3, 3, 1, 1, 1, 1",
        "3, 48, 10, 11, 112, 1, 1, 1, 0, 1, 1",
        "2, 48, 16, 16, 112, 3, 3, 1, 1, 1, 1",
        "4, 20, 13, 13, 30, 1, 1, 1, 0, 1, 1",
        "4, 20, 13, 13, 30, 1, 1, 2, 0, 1, 1",
        "2, 24, 14, 15, 24, 3, 3, 1, 2, 2, 1",
        "2, 40, 14, 15, 40, 3, 3, 2, 1, 1, 40",
        "2, 24, 11, 12, 36, 3, 3, 2, 1, 1, 4",
        "1, 8, 30, 7, 9, 5, 2, 3, 3, 2, 1",
        // Of a stride: odd sizes, every padding, last lines and columns that no tap reaches, more stride than kernel, taps that miss
        // every pixel or meet only some.
        "3, 16, 17, 19, 20, 3, 3, 2, 0, 1, 1",
        "3, 17, 18, 16, 24, 3, 3, 2, 2, 1, 1",
        "2, 18, 17, 20, 16, 3, 3, 3, 0, 1, 1",
        "2, 16, 19, 23, 32, 5, 5, 3, 2, 1, 1",
        "2, 33, 15, 14, 16, 1, 1, 3, 0, 1, 1",
        "2, 16, 12, 13, 16, 2, 2, 5, 1, 1, 1",
        "2, 16, 18, 18, 16, 4, 4, 2, 1, 2, 1",
        "2, 16, 20, 21, 16, 3, 3, 2, 3, 3, 2",
        "2, 16, 32, 32, 16, 6, 6, 2, 5, 1, 1",
        // Weights through planes: rows of a kernel in one and in several of them, the last not full, one and two vectors of output
        // channels, a border that no tap or only the first meets, the last line and column unread.
        "5, 3, 40, 41, 32, 7, 7, 2, 3, 1, 1",
        "9, 20, 31, 33, 48, 3, 3, 2, 1, 1, 1",
        "9, 16, 32, 31, 32, 5, 2, 2, 2, 1, 1",
        "9, 16, 32, 34, 32, 3, 3, 2, 0, 1, 1",
        "40, 32, 17, 15, 64, 1, 1, 2, 0, 1, 1",
        "33, 5, 9, 8, 16, 2, 3, 1, 1, 1, 1",
        // Of which the only column reads nothing but the border.
        "1100, 16, 12, 1, 16, 1, 1, 10, 2, 1, 1",
        // Images and channels that are computed in parts, and an inner index of two blocks.
        "2, 160, 9, 8, 40, 3, 3, 2, 1, 1, 1",
        "1, 50, 64, 65, 24, 3, 3, 2, 1, 1, 2",
        "1, 16, 90, 30, 16, 3, 3, 2, 8, 8, 1",
        "3, 48, 5, 5, 600, 3, 3, 2, 1, 1, 1",
    })
    void allThreePassesAgreeWithPlainLoopsOnAnyNumberOfThreads(int n, int c, int h, int w, int k, int kh, int kw, int stride, int pad,
            int dilation, int groups) {
        var spec = new ConvSpec(stride, stride, pad, pad, dilation, dilation, groups);
        Shape weights = Shape.of(k, c / groups, kh, kw);
        Tensor x = Device.cpu().normal(KEY.split("x"), n, c, h, w);
        Tensor f = Device.cpu().normal(KEY.split("f"), k, c / groups, kh, kw);
        Tensor g = Device.cpu().normal(KEY.split("g"), spec.output("test", x.shape(), weights).dims());
        var forward = new Conv2d(spec);
        var input = new Conv2dInput(spec, x.shape());
        var weight = new Conv2dWeight(spec, weights);

        Tensor xr = x.to(Device.reference());
        Tensor fr = f.to(Device.reference());
        Tensor gr = g.to(Device.reference());
        double[] y = xr.apply(forward, List.of(fr)).toDoubles();
        double[] dx = gr.apply(input, List.of(fr)).toDoubles();
        double[] dw = xr.apply(weight, List.of(gr)).toDoubles();
        for (boolean last : new boolean[] {false, true}) {
            Tensor xi = last ? x.channelsLast() : x;
            Tensor gi = last ? g.channelsLast() : g;
            for (Precision precision : Precision.values()) {
                check(precision, "forward", y, () -> xi.apply(forward, List.of(f)));
                check(precision, "input", dx, () -> gi.apply(input, List.of(f)));
                check(precision, "weight", dw, () -> xi.apply(weight, List.of(gi)));
            }
        }
        // The same numbers in other orders.
        Tensor sparse = strided(x);
        Tensor crossed = f.permute(1, 0, 3, 2).contiguous().permute(1, 0, 3, 2);
        Tensor gradient = strided(g);
        for (Precision precision : Precision.values()) {
            check(precision, "forward", y, () -> sparse.apply(forward, List.of(crossed)));
            check(precision, "input", dx, () -> gradient.apply(input, List.of(crossed)));
            check(precision, "weight", dw, () -> sparse.apply(weight, List.of(gradient)));
        }
    }

    /** Columns as above; each form of the kernels, and images of which the last tiles and vectors are not full. */
    @ParameterizedTest
    @CsvSource({
        "3, 16, 17, 19, 16, 3, 3, 1, 1, 1, 1",
        "9, 32, 13, 7, 32, 3, 3, 1, 1, 1, 1",
        "2, 48, 9, 8, 32, 3, 3, 1, 0, 1, 1",
        "2, 16, 8, 8, 64, 3, 3, 1, 2, 1, 1",
        "2, 32, 8, 8, 32, 3, 3, 1, 1, 1, 2",
        "3, 16, 15, 17, 32, 3, 3, 2, 1, 1, 1",
        "3, 3, 33, 31, 16, 3, 3, 1, 1, 1, 1",
        "5, 20, 13, 11, 30, 1, 1, 1, 0, 1, 1",
        "4, 20, 13, 13, 30, 1, 1, 2, 0, 1, 1",
        // A product of few pixels by many channels, which is cut into columns, and one with a long inner index.
        "1, 600, 9, 8, 7, 1, 1, 1, 0, 1, 1",
        "1, 7, 5, 6, 3200, 1, 1, 1, 0, 1, 1",
        "2, 24, 14, 15, 24, 3, 3, 1, 2, 2, 1",
        "2, 40, 14, 15, 40, 3, 3, 1, 1, 1, 40",
        "2, 40, 14, 15, 40, 3, 3, 2, 1, 1, 40",
        "1, 8, 30, 7, 9, 5, 2, 3, 3, 2, 1",
    })
    void anAddendIsAddedAsByItself(int n, int c, int h, int w, int k, int kh, int kw, int stride, int pad, int dilation, int groups) {
        var spec = new ConvSpec(stride, stride, pad, pad, dilation, dilation, groups);
        Shape image = Shape.of(n, c, h, w);
        Tensor f = Device.cpu().normal(KEY.split("f"), k, c / groups, kh, kw);
        Tensor g = Device.cpu().normal(KEY.split("g"), spec.output("test", image, f.shape()).dims()).channelsLast();
        Tensor plain = Device.cpu().normal(KEY.split("addend"), n, c, h, w);
        // In the result's order, in others, and as a view into something larger.
        List<Tensor> addends = List.of(plain.channelsLast(), plain, strided(plain), plain.concat(0, List.of(plain)).channelsLast().slice(0, n, 2 * n),
                plain.slice(0, 0, 1).expand(n, c, h, w));
        for (Precision precision : Precision.values()) {
            for (int i = 0; i < addends.size(); i++) {
                Tensor addend = addends.get(i);
                Supplier<Tensor> fused = () -> g.apply(new Conv2dInputAdd(spec, image), List.of(f, addend));
                double[] expected = with(precision, 1, () -> g.apply(new Conv2dInput(spec, image), List.of(f)).add(addend));
                for (int threads : new int[] {1, 3}) {
                    assertArrayEquals(expected, with(precision, threads, fused), precision + ", addend " + i + " on " + threads + " threads");
                }
            }
        }
    }

    /** In memory that holds other numbers. */
    @ParameterizedTest
    @CsvSource({"16, 8, 9, 1, 2", "16, 9, 8, 1, 3", "3, 7, 9, 2, 3", "40, 8, 11, 2, 3"})
    void pixelsThatNoTapReachesHaveNoGradient(int channels, int height, int width, int kernel, int stride) {
        ConvSpec spec = ConvSpec.DEFAULT.stride(stride);
        Shape image = Shape.of(2, channels, height, width);
        Tensor f = Device.cpu().normal(KEY.split("f"), 8, channels, kernel, kernel);
        Tensor g = Device.cpu().full(1, spec.output("test", image, f.shape()));
        try (var _ = Scope.open("before")) {
            Device.cpu().full(Double.NaN, image);
        }
        float[] dx;
        try (var _ = Scope.open("after")) {
            dx = g.apply(new Conv2dInput(spec, image), List.of(f)).toFloats();
        }
        for (int i = 0; i < dx.length; i++) {
            int y = i / width % height;
            int x = i % width;
            boolean reached = y % stride < kernel && y - y % stride + kernel <= height && x % stride < kernel
                    && x - x % stride + kernel <= width;
            assertEquals(reached, dx[i] != 0, "pixel " + y + ", " + x + " has " + dx[i]);
        }
    }

    private static double[] with(Precision precision, int threads, Supplier<Tensor> run) {
        int before = Threads.count();
        Precision usual = Precision.current();
        try {
            Precision.use(precision);
            Threads.use(threads);
            return run.get().toDoubles();
        } finally {
            Threads.use(before);
            Precision.use(usual);
        }
    }

    /** The same numbers, neither contiguous nor channels last. */
    private static Tensor strided(Tensor x) {
        return x.permute(3, 0, 2, 1).contiguous().permute(1, 3, 2, 0);
    }

    private static void check(Precision precision, String what, double[] expected, Supplier<Tensor> run) {
        int before = Threads.count();
        Precision usual = Precision.current();
        double bound = switch (precision) {
            case STRICT -> STRICT;
            case FP32, TF32, BF16 -> FP32;
        };
        try {
            Precision.use(precision);
            Threads.use(1);
            double[] alone = run.get().toDoubles();
            double scale = 0;
            for (double e : expected) {
                scale = Math.max(scale, Math.abs(e));
            }
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], alone[i], bound * scale, precision + " " + what + " at " + i + " of largest " + scale + ", " + KEY);
            }
            for (int threads : new int[] {2, 3, 5}) {
                Threads.use(threads);
                assertArrayEquals(alone, run.get().toDoubles(), what + " on " + threads + " threads");
            }
        } finally {
            Threads.use(before);
            Precision.use(usual);
        }
    }
}
