package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
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
 * The forward of a model in evaluation mode by libtorch, without recording.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only infer
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchInference {
    /** Which model. */
    @Param("resnet20")
    public String model;

    /** Images at a time. */
    @Param("128")
    public int batch;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** How images and weights lie in memory. */
    @Param({Libtorch.NCHW, Libtorch.CHANNELS_LAST})
    public String layout;

    private LibtorchModel net;
    private Tensor images;

    /** Makes the model and the batch, and compares the logits. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        var example = LibtorchStep.example(model);
        Module ours = Models.build(model, example, 10, Key.of(1));
        var x = Device.cpu().normal(Key.of(2), example.prepend(batch).dims());
        net = new LibtorchModel(model, ours, layout);
        images = net.images(x);
        try (var _ = new PointerScope(); var _ = new AutoGradMode(false)) {
            Agreement.require(model, Libtorch.toFloats(net.forward(images, false)), ours.apply(Variable.of(x)).tensor().toFloats(), 1e-3);
        }
    }

    /**
     * The forward.
     *
     * @return something of the logits
     */
    @Benchmark
    public long infer() {
        try (var _ = new PointerScope(); var _ = new AutoGradMode(false)) {
            return net.forward(images, false).numel();
        }
    }
}
