package limbeck.benchmarks.peers;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Threads;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Convolutions by libtorch.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only conv
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchConv {
    /** Images, channels, extent of the image, output channels, extent of the kernel, stride, padding, groups. */
    @Param("128x16x32x16x3x1x1x1")
    public String shape;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** How images and weights lie in memory. */
    @Param({Libtorch.NCHW, Libtorch.CHANNELS_LAST})
    public String layout;

    private Tensor x;
    private Tensor w;
    private Tensor g;
    private long[] stride;
    private long[] padding;
    private long groups;

    /** Makes images and weights and compares all three passes. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        int[] d = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        stride = new long[] {d[5], d[5]};
        padding = new long[] {d[6], d[6]};
        groups = d[7];
        var spec = ConvSpec.DEFAULT.stride(d[5]).padding(d[6]).groups(d[7]);
        var images = Shape.of(d[0], d[1], d[2], d[2]);
        var kernel = Shape.of(d[3], d[1] / d[7], d[4], d[4]);
        var image = Device.cpu().normal(Key.of(1), images.dims()).channelsLast();
        var weight = Device.cpu().normal(Key.of(2), kernel.dims());
        var gradient = Device.cpu().normal(Key.of(3), spec.output("conv2d", images, kernel).dims()).channelsLast();
        x = Libtorch.of(image, layout);
        w = Libtorch.of(weight, layout);
        g = Libtorch.of(gradient, layout);
        // Winograd's error, ours or theirs, is some 1e-5 of the largest number.
        Agreement.require("conv", Libtorch.toFloats(convolution()), image.conv2d(weight, spec).toFloats(), 1e-4);
        Agreement.require("image gradient", Libtorch.toFloats(backward(true).get0()),
                gradient.apply(new Conv2dInput(spec, images), List.of(weight)).toFloats(), 1e-4);
        Agreement.require("weight gradient", Libtorch.toFloats(backward(false).get1()),
                image.apply(new Conv2dWeight(spec, kernel), List.of(gradient)).toFloats(), 1e-4);
    }

    private Tensor convolution() {
        return torch.conv2d(x, w, new TensorOptional(), stride, padding, new long[] {1, 1}, groups);
    }

    private T_TensorTensorTensor_T backward(boolean ofImage) {
        return torch.convolution_backward(g, x, w, new LongArrayRefOptional(), stride, padding, new long[] {1, 1}, false, new long[] {0, 0},
                groups, new BoolPointer(3).put(0, ofImage).put(1, !ofImage).put(2, false));
    }

    /**
     * The convolution.
     *
     * @return something of the result
     */
    @Benchmark
    public long forward() {
        try (var _ = new PointerScope()) {
            return convolution().numel();
        }
    }

    /**
     * The gradient for the image.
     *
     * @return something of the result
     */
    @Benchmark
    public long gradientOfImage() {
        try (var _ = new PointerScope()) {
            return backward(true).get0().numel();
        }
    }

    /**
     * The gradient for the weights.
     *
     * @return something of the result
     */
    @Benchmark
    public long gradientOfWeight() {
        try (var _ = new PointerScope()) {
            return backward(false).get1().numel();
        }
    }
}
