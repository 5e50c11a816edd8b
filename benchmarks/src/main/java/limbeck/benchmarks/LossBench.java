package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Losses;
import limbeck.nn.Reduction;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
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
 * Softmax and the losses on it, for logits of 1024 examples and 1000 classes, in calls a second, against a plain loop. A
 * {@code Step} is forward and backward.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh LossBench
 * The loss of distillation alone, on one thread:
 *   ./limbeck jmh LossBench.kdStep -p threads=1
 * Beside libtorch:
 *   ./limbeck bench --peers --only loss
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LossBench {
    private static final int EXAMPLES = 1024;
    private static final int CLASSES = 1000;
    private static final double TAU = 4;

    /** Threads of the library's kernels; the plain loop takes one. */
    @Param({"1", "2"})
    public int threads;

    private Variable x;
    private Variable g;
    private Tensor teacher;
    private Tensor labels;
    private float[] logits;
    private float[] result;

    /** Makes the logits of a student and of its teacher. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        x = Variable.leaf(Device.cpu().normal(Key.of(1), EXAMPLES, CLASSES));
        g = Variable.of(Device.cpu().normal(Key.of(2), EXAMPLES, CLASSES));
        teacher = Device.cpu().normal(Key.of(3), EXAMPLES, CLASSES);
        labels = Device.cpu().tensor(IntStream.range(0, EXAMPLES).map(i -> i % CLASSES).toArray(), EXAMPLES);
        logits = x.tensor().toFloats();
        result = new float[logits.length];
    }

    /**
     * {@link Tensor#logSoftmax}.
     *
     * @return something of the result
     */
    @Benchmark
    public Object logSoftmax() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return x.logSoftmax(1).shape();
        }
    }

    /**
     * {@link Tensor#logSoftmax}, forward and backward of {@code sum(y * g)}.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object logSoftmaxStep() {
        return NormBench.step(y -> y.logSoftmax(1), x, g);
    }

    /**
     * The baseline of {@link #logSoftmax}: plain Java.
     *
     * @return the result
     */
    @Benchmark
    public float[] logSoftmaxLoop() {
        for (int from = 0; from < logits.length; from += CLASSES) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = from; i < from + CLASSES; i++) {
                max = Math.max(max, logits[i]);
            }
            float sum = 0;
            for (int i = from; i < from + CLASSES; i++) {
                sum += (float) Math.exp(logits[i] - max);
            }
            float shift = max + (float) Math.log(sum);
            for (int i = from; i < from + CLASSES; i++) {
                result[i] = logits[i] - shift;
            }
        }
        return result;
    }

    /**
     * Cross-entropy with labels, forward and backward.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object crossEntropyStep() {
        return step(() -> Losses.crossEntropy(x, labels));
    }

    /**
     * The baseline of {@link #crossEntropyStep}: the same from primitive ops.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object crossEntropyComposedStep() {
        return step(() -> x.logSoftmax(1).gather(1, Variable.of(labels.unsqueeze(1))).mean().neg());
    }

    /**
     * {@code tau^2 KL} to the teacher alone, by the kernel that computes loss and gradient in one pass, forward and backward.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object divergenceStep() {
        return step(() -> Losses.distillation(x, teacher, TAU, Reduction.MEAN));
    }

    /**
     * The baseline of {@link #divergenceStep}: the same from primitive ops.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object divergenceComposedStep() {
        return step(() -> {
            Tensor logTeacher = teacher.div(TAU).logSoftmax(1);
            Variable logStudent = x.div(TAU).logSoftmax(1);
            return Variable.of(logTeacher.exp()).mul(Variable.of(logTeacher).sub(logStudent)).sum().mul(TAU * TAU / EXAMPLES);
        });
    }

    private Object step(Supplier<Variable> loss) {
        try (var _ = limbeck.tensor.Scope.open()) {
            var tape = new Tape();
            return tape.backward(tape.record(loss)).of(x).shape();
        }
    }

    /**
     * The loss of distillation: half cross-entropy, half {@code tau^2 KL} to the teacher at temperature 4 (Hinton et al., 2015),
     * forward and backward.
     *
     * @return something of the gradient
     */
    @Benchmark
    public Object kdStep() {
        return step(() -> distillation(x, teacher, labels, TAU));
    }

    /**
     * Half cross-entropy, half {@code tau^2 KL} to the teacher, both means over the examples.
     *
     * @param student logits (N, classes)
     * @param teacher logits (N, classes)
     * @param labels int32 (N)
     * @param tau the temperature
     * @return a scalar
     */
    public static Variable distillation(Variable student, Tensor teacher, Tensor labels, double tau) {
        Variable divergence = Losses.distillation(student, teacher, tau, Reduction.MEAN);
        return Losses.crossEntropy(student, labels).mul(0.5).add(divergence.mul(0.5));
    }
}
