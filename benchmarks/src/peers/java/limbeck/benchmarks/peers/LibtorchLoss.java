package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import limbeck.benchmarks.LossBench;
import limbeck.nn.Losses;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
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
 * Softmax and the losses on it by libtorch.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only loss
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchLoss {
    private static final int EXAMPLES = 1024;
    private static final int CLASSES = 1000;
    private static final double TAU = 4;
    /** The number that stands for a sum among libtorch's reductions. */
    private static final int SUM = 2;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    private Tensor x;
    private Tensor g;
    private Tensor teacher;
    private Tensor labels;

    /** Makes the logits and compares. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        var logits = Device.cpu().normal(Key.of(1), EXAMPLES, CLASSES);
        var gradient = Device.cpu().normal(Key.of(2), EXAMPLES, CLASSES);
        x = Libtorch.of(logits).set_requires_grad(true);
        g = Libtorch.of(gradient);
        var teacherLogits = Device.cpu().normal(Key.of(3), EXAMPLES, CLASSES);
        teacher = Libtorch.of(teacherLogits);
        labels = Tensor.create(LongStream.range(0, EXAMPLES).map(i -> i % CLASSES).toArray(), EXAMPLES);
        var classes = Device.cpu().tensor(IntStream.range(0, EXAMPLES).map(i -> i % CLASSES).toArray(), EXAMPLES);
        var one = Device.cpu().ones();
        logSoftmaxStep();
        Agreement.require("log-softmax", Libtorch.gradient(x), Ours.gradient(y -> y.logSoftmax(1), logits, gradient), 1e-4);
        crossEntropyStep();
        Agreement.require("cross-entropy", Libtorch.gradient(x), Ours.gradient(y -> Losses.crossEntropy(y, classes), logits, one), 1e-4);
        kdStep();
        Agreement.require("distillation", Libtorch.gradient(x),
                Ours.gradient(y -> LossBench.distillation(y, teacherLogits, classes, TAU), logits, one), 1e-4);
    }

    /**
     * The logarithm of softmax.
     *
     * @return something of the result
     */
    @Benchmark
    public long logSoftmax() {
        try (var _ = new PointerScope()) {
            return torch.log_softmax(x.detach(), 1).numel();
        }
    }

    /** The logarithm of softmax, forward and backward. */
    @Benchmark
    public void logSoftmaxStep() {
        Libtorch.step(y -> torch.log_softmax(y, 1), x, g);
    }

    /** Cross-entropy with labels, forward and backward. */
    @Benchmark
    public void crossEntropyStep() {
        try (var _ = new PointerScope()) {
            x.mutable_grad().reset();
            torch.cross_entropy_loss(x, labels).backward();
        }
    }

    /** The loss of distillation, forward and backward. */
    @Benchmark
    public void kdStep() {
        try (var _ = new PointerScope()) {
            x.mutable_grad().reset();
            distillation(x, teacher, labels, TAU).backward();
        }
    }

    /** Half cross-entropy, half {@code tau^2 KL}, as in {@link limbeck.distill.logits.LogitKd}. */
    static Tensor distillation(Tensor student, Tensor teacher, Tensor labels, double tau) {
        var temperature = new Scalar(tau);
        Tensor logTeacher = torch.log_softmax(teacher.div(temperature), 1);
        Tensor logStudent = torch.log_softmax(student.div(temperature), 1);
        Tensor divergence = torch.kl_div(logStudent, logTeacher, SUM, true).mul(new Scalar(0.5 * tau * tau / student.size(0)));
        return torch.cross_entropy_loss(student, labels).mul(new Scalar(0.5)).add(divergence);
    }
}
