package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.LayerNorm;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
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
 * Batch norm in training and layer norm by libtorch.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only norm
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchNorm {
    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** Loads the library. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
    }

    /** Batch norm and what it works on. */
    @State(Scope.Thread)
    public static class Images {
        /** How images lie in memory. */
        @Param({Libtorch.NCHW, Libtorch.CHANNELS_LAST})
        public String layout;

        private Tensor x;
        private Tensor g;
        private Tensor weight;
        private Tensor bias;
        private Tensor mean;
        private Tensor variance;

        /**
         * Makes the images and compares.
         *
         * @param norm has loaded the library
         */
        @Setup(Level.Trial)
        public void setUp(LibtorchNorm norm) {
            var image = Device.cpu().normal(Key.of(1), 128, 64, 32, 32);
            var gradient = Device.cpu().normal(Key.of(2), 128, 64, 32, 32);
            var layer = BatchNorm2d.of(64);
            x = Libtorch.of(image, layout).set_requires_grad(true);
            g = Libtorch.of(gradient, layout);
            weight = Libtorch.of(layer.weight().tensor()).set_requires_grad(true);
            bias = Libtorch.of(layer.bias().tensor()).set_requires_grad(true);
            mean = Libtorch.of(layer.runningMean().tensor());
            variance = Libtorch.of(layer.runningVariance().tensor());
            Libtorch.step(this::forward, x, g);
            float[] ours = limbeck.nn.Mode.train(0, () -> Ours.gradient(layer::apply, image, gradient));
            Agreement.require("batch norm", Libtorch.gradient(x), ours, 1e-4);
        }

        private Tensor forward(Tensor input) {
            return torch.batch_norm(input, new TensorOptional(weight), new TensorOptional(bias), new TensorOptional(mean),
                    new TensorOptional(variance), true, 0.1, 1e-5, false);
        }
    }

    /** Layer norm and what it works on. */
    @State(Scope.Thread)
    public static class Rows {
        private Tensor x;
        private Tensor g;
        private Tensor weight;
        private Tensor bias;

        /**
         * Makes the rows and compares.
         *
         * @param norm has loaded the library
         */
        @Setup(Level.Trial)
        public void setUp(LibtorchNorm norm) {
            var rows = Device.cpu().normal(Key.of(1), 4096, 512);
            var gradient = Device.cpu().normal(Key.of(2), 4096, 512);
            var layer = LayerNorm.of(512);
            x = Libtorch.of(rows).set_requires_grad(true);
            g = Libtorch.of(gradient);
            weight = Libtorch.of(layer.weight().tensor()).set_requires_grad(true);
            bias = Libtorch.of(layer.bias().tensor()).set_requires_grad(true);
            Libtorch.step(this::forward, x, g);
            Agreement.require("layer norm", Libtorch.gradient(x), Ours.gradient(layer::apply, rows, gradient), 1e-4);
        }

        private Tensor forward(Tensor input) {
            return torch.layer_norm(input, new long[] {512}, new TensorOptional(weight), new TensorOptional(bias), 1e-5, false);
        }
    }

    /**
     * Batch norm by the batch's own statistics.
     *
     * @param images what it works on
     * @return something of the result
     */
    @Benchmark
    public long batchNorm(Images images) {
        try (var _ = new PointerScope(); var _ = new AutoGradMode(false)) {
            return images.forward(images.x.detach()).numel();
        }
    }

    /**
     * Batch norm, forward and backward.
     *
     * @param images what it works on
     */
    @Benchmark
    public void batchNormStep(Images images) {
        Libtorch.step(images::forward, images.x, images.g);
    }

    /**
     * Layer norm.
     *
     * @param rows what it works on
     * @return something of the result
     */
    @Benchmark
    public long layerNorm(Rows rows) {
        try (var _ = new PointerScope(); var _ = new AutoGradMode(false)) {
            return rows.forward(rows.x.detach()).numel();
        }
    }

    /**
     * Layer norm, forward and backward.
     *
     * @param rows what it works on
     */
    @Benchmark
    public void layerNormStep(Rows rows) {
        Libtorch.step(rows::forward, rows.x, rows.g);
    }
}
