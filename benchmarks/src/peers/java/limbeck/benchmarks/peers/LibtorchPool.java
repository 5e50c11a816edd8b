package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
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
 * Max pooling by libtorch.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only pool
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchPool {
    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** How images lie in memory. */
    @Param({Libtorch.NCHW, Libtorch.CHANNELS_LAST})
    public String layout;

    private Tensor x;
    private Tensor g;

    /** Makes the images and compares. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        var image = Device.cpu().normal(Key.of(1), 128, 64, 32, 32);
        var gradient = Device.cpu().normal(Key.of(2), 128, 64, 16, 16);
        x = Libtorch.of(image, layout).set_requires_grad(true);
        g = Libtorch.of(gradient, layout);
        maxPoolStep();
        Agreement.require("max pool", Libtorch.gradient(x), Ours.gradient(y -> y.maxPool2d(2, 2, 0), image, gradient), 0);
    }

    private static Tensor pool(Tensor input) {
        return torch.max_pool2d(input, 2, 2);
    }

    /**
     * Max pooling.
     *
     * @return something of the result
     */
    @Benchmark
    public long maxPool() {
        try (var _ = new PointerScope()) {
            return pool(x.detach()).numel();
        }
    }

    /** Max pooling, forward and backward. */
    @Benchmark
    public void maxPoolStep() {
        Libtorch.step(LibtorchPool::pool, x, g);
    }
}
