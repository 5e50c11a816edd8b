package limbeck.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.KernelOp;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * Convolutions of ResNet-20 on 32 x 32 images and of LeNet on 28 x 28 ones, forward and both gradients, against the plain
 * loops of a textbook in the order that suits the cache. The column {@code flops} is arithmetic a second, additions of padding
 * included: read 1.0e11 as 100 GFLOP/s; {@link #forward} over {@link #plainLoops} is what the kernels are worth.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh ConvBench
 * One shape on two threads:
 *   ./limbeck jmh ConvBench -p shape=128x16x32x16x3x1x1x1 -p precision=FP32 -p threads=2
 * Beside libtorch:
 *   ./limbeck bench --peers --only conv
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ConvBench {
    /** Images, channels, extent of the image, output channels, extent of the kernel, stride, padding, groups. */
    @Param({"128x3x32x16x3x1x1x1", "128x16x32x16x3x1x1x1", "128x16x32x32x3x2x1x1", "128x16x32x32x1x2x0x1", "128x32x16x32x3x1x1x1",
        "128x32x16x64x3x2x1x1", "128x64x8x64x3x1x1x1", "128x1x28x32x3x1x0x1", "128x32x26x64x3x1x0x1", "128x32x28x32x3x1x1x1",
        "8x64x56x64x3x1x1x1", "32x64x28x64x3x1x1x64", "1x64x8x64x3x1x1x1"})
    public String shape;

    /** Which forms a convolution may take: FP32 is the default, STRICT the baseline that rounds less. */
    @Param({"FP32", "STRICT"})
    public Precision precision;

    /** Threads of the kernels. */
    @Param({"1", "2"})
    public int threads;

    private ConvSpec spec;
    private Tensor image;
    private Tensor weight;
    private Tensor gradient;
    private Conv2d forward;
    private Conv2dInput input;
    private Conv2dWeight weights;
    private double flops;
    private float[] x;
    private float[] w;
    private float[] y;

    /** Makes images and weights. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        Precision.use(precision);
        int[] d = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        spec = ConvSpec.DEFAULT.stride(d[5]).padding(d[6]).groups(d[7]);
        Shape images = Shape.of(d[0], d[1], d[2], d[2]);
        Shape kernel = Shape.of(d[3], d[1] / d[7], d[4], d[4]);
        Shape result = spec.output("conv2d", images, kernel);
        image = Device.cpu().normal(Key.of(1), images.dims()).channelsLast();
        weight = Device.cpu().normal(Key.of(2), kernel.dims());
        gradient = Device.cpu().normal(Key.of(3), result.dims()).channelsLast();
        forward = new Conv2d(spec);
        input = new Conv2dInput(spec, images);
        weights = new Conv2dWeight(spec, kernel);
        flops = 2.0 * result.size() * d[4] * d[4] * d[1] / d[7];
        x = image.toFloats();
        w = weight.toFloats();
        y = new float[result.intSize()];
    }

    /** Arithmetic done. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** Floating-point operations a second. */
        public double flops;

        /** Starts an iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            flops = 0;
        }
    }

    /**
     * The convolution.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object forward(Work work) {
        return run(work, image, forward, weight);
    }

    /**
     * The gradient for the image.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object gradientOfImage(Work work) {
        return run(work, gradient, input, weight);
    }

    /**
     * The gradient for the weights.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object gradientOfWeight(Work work) {
        return run(work, image, weights, gradient);
    }

    private Object run(Work work, Tensor first, KernelOp op, Tensor second) {
        work.flops += flops;
        try (var _ = limbeck.tensor.Scope.open()) {
            return first.apply(op, List.of(second)).shape();
        }
    }

    /**
     * The baseline: forward in plain Java on arrays in NCHW order, one thread, rows innermost.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] plainLoops(Work work) {
        work.flops += flops;
        Arrays.fill(y, 0);
        float[] x = this.x;
        float[] w = this.w;
        float[] y = this.y;
        int[] d = gradient.shape().dims();
        int height = image.shape().dim(2);
        int width = image.shape().dim(3);
        int channels = weight.shape().dim(1);
        int taps = weight.shape().dim(2);
        for (int plane = 0; plane < d[0] * d[1]; plane++) {
            int out = plane % d[1];
            int first = plane / d[1] * image.shape().dim(1) + out / (d[1] / spec.groups()) * channels;
            for (int tap = 0; tap < channels * taps * taps; tap++) {
                float value = w[out * channels * taps * taps + tap];
                int shift = tap % taps - spec.padW();
                int begin = Math.ceilDiv(Math.max(0, -shift), spec.strideW());
                int end = Math.min(d[3], (width - 1 - shift) / spec.strideW() + 1);
                for (int row = 0; row < d[2]; row++) {
                    int inRow = row * spec.strideH() - spec.padH() + tap / taps % taps;
                    if (inRow < 0 || inRow >= height) {
                        continue;
                    }
                    int from = ((first + tap / (taps * taps)) * height + inRow) * width + shift;
                    int to = (plane * d[2] + row) * d[3];
                    for (int i = begin; i < end; i++) {
                        y[to + i] += value * x[from + i * spec.strideW()];
                    }
                }
            }
        }
        return y;
    }
}
