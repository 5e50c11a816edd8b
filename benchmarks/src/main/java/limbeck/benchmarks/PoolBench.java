package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
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
 * Max pooling over windows of 2 x 2 of images (128, 64, 32, 32), in calls a second, against a plain loop. {@code maxPoolStep}
 * is forward and backward of {@code sum(y * g)}.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh PoolBench
 * Beside libtorch:
 *   ./limbeck bench --peers --only pool
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class PoolBench {
    private static final int N = 128;
    private static final int C = 64;
    private static final int SIDE = 32;
    private static final int HALF = SIDE / 2;

    /** Threads of the library's kernels; the plain loop takes one. */
    @Param({"1", "2"})
    public int threads;

    private Variable x;
    private Variable g;
    private float[] image;
    private float[] result;

    /** Makes images with their channels last, as convolution leaves them. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        x = Variable.leaf(Device.cpu().normal(Key.of(1), N, C, SIDE, SIDE).channelsLast());
        g = Variable.of(Device.cpu().normal(Key.of(2), N, C, HALF, HALF).channelsLast());
        image = x.tensor().toFloats();
        result = new float[image.length / 4];
    }

    /**
     * Max pooling.
     *
     * @return something of the result
     */
    @Benchmark
    public Object maxPool() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return x.maxPool2d(2, 2, 0).shape();
        }
    }

    /**
     * Max pooling, forward and backward.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object maxPoolStep() {
        return NormBench.step(y -> y.maxPool2d(2, 2, 0), x, g);
    }

    /**
     * The baseline of {@link #maxPool}: plain Java, in NCHW order.
     *
     * @return the result
     */
    @Benchmark
    public float[] maxPoolLoop() {
        for (int row = 0; row < N * C * HALF; row++) {
            int from = 2 * row * SIDE;
            for (int i = 0; i < HALF; i++) {
                int at = from + 2 * i;
                result[row * HALF + i] = Math.max(Math.max(image[at], image[at + 1]), Math.max(image[at + SIDE], image[at + SIDE + 1]));
            }
        }
        return result;
    }
}
