package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
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
 * The forward of a model in evaluation mode, in batches a second, beside the same forward recorded on a tape: what differs is
 * what recording costs.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh InferenceBench
 * Latency of one image, one thread:
 *   ./limbeck jmh InferenceBench.infer -p batch=1 -p threads=1 -bm avgt -tu us
 * Beside libtorch:
 *   ./limbeck bench --peers --only infer
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class InferenceBench {
    /** {@code mlp-1200-1200} and {@code lenet} see 28 x 28 grey images, {@code resnet20} 32 x 32 coloured ones. */
    @Param({"mlp-1200-1200", "lenet", "resnet20"})
    public String model;

    /** Images at a time. */
    @Param({"1", "128"})
    public int batch;

    /** Threads of the kernels. */
    @Param({"1", "2"})
    public int threads;

    private Module net;
    private Variable images;

    /** Makes the model and the batch. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        Shape example = StepBench.example(model);
        net = Models.build(model, example, StepBench.CLASSES, Key.of(1));
        images = Variable.of(Device.cpu().normal(Key.of(2), example.prepend(batch).dims()));
    }

    /**
     * The forward.
     *
     * @return something of the logits
     */
    @Benchmark
    public Object infer() {
        try (var _ = limbeck.tensor.Scope.open("inference")) {
            return net.apply(images).shape();
        }
    }

    /**
     * The baseline: the forward, recorded on a tape.
     *
     * @return something of the logits
     */
    @Benchmark
    public Object inferRecorded() {
        try (var _ = limbeck.tensor.Scope.open("recorded inference")) {
            return new Tape().record(() -> net.apply(images)).shape();
        }
    }
}
