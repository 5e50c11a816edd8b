package limbeck.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Term;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Losses;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole steps on batches of 128 random examples, in samples a second. A training step is forward, loss, backward and SGD with
 * momentum 0.9. Two ratios are worth reading: {@link #train} over its baseline {@link #forward}, the same model and batch
 * without a tape (backward costs about two forwards, so 1/3 is a full mark), and two threads over one.
 *
 * <p>A loop in steady state allocates no tensors. {@code -prof gc} counts bytes for one sample, not for a step; give it
 * {@code -wi 20}, because loops that are not compiled yet allocate their vectors.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh StepBench
 * One model, one thread, more JVMs:
 *   ./limbeck jmh StepBench.train -p model=resnet20 -p threads=1 -f 5
 * Distillation alone, and what it allocates:
 *   ./limbeck jmh StepBench.distil -prof gc -wi 20
 * Beside libtorch:
 *   ./limbeck bench --peers --only step
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(StepBench.BATCH)
@Warmup(iterations = StepBench.WARMUPS, time = StepBench.SECONDS)
@Measurement(iterations = 5, time = StepBench.SECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class StepBench {
    /**
     * Iterations that do not count, here and in {@code ./limbeck bench}. So many kernels take part in a step that its speed rises for ten
     * seconds of a JVM, and so long these take even where an iteration is cut down to one second; for twenty where the kernels leave
     * the JVM's compiler no processor of its own.
     */
    public static final int WARMUPS = 10;

    /** The length of an iteration. */
    public static final int SECONDS = 2;

    static final int BATCH = 128;
    static final int CLASSES = 10;
    private static final int STEPS_PER_EPOCH = 400;

    /** Threads of the kernels. */
    @Param({"1", "2"})
    public int threads;

    private long step;

    /** Chooses the number of threads. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
    }

    /** A model with a batch for it. */
    @State(Scope.Thread)
    public static class Supervised {
        /** {@code mlp-1200-1200} and {@code lenet} see 28 x 28 grey images, {@code resnet20} 32 x 32 coloured ones. */
        @Param({"mlp-1200-1200", "lenet", "resnet20"})
        public String model;

        private Module net;
        private Optimizer optimizer;
        private Variable images;
        private Tensor labels;

        /** Makes the model and the batch. */
        @Setup(Level.Trial)
        public void setUp() {
            Shape example = example(model);
            net = Models.build(model, example, CLASSES, Key.of(1));
            optimizer = sgd(net);
            images = Variable.of(images(example));
            labels = labels();
        }
    }

    /** resnet20 that learns from resnet56 on 32 x 32 coloured images: half cross-entropy, half logits at temperature 4. */
    @State(Scope.Thread)
    public static class Distilled {
        private Distiller distiller;
        private Batch batch;

        /** Makes both models and the batch. */
        @Setup(Level.Trial)
        public void setUp() {
            Shape example = Shape.of(3, 32, 32);
            Module teacher = Models.build("resnet56", example, CLASSES, Key.of(4));
            Module student = Models.build("resnet20", example, CLASSES, Key.of(5));
            var recipe = new Recipe(new Frozen(teacher),
                    List.of(new Term("ce", 0.5, new HardLabels()), new Term("kd", 0.5, new LogitKd(4))));
            distiller = new Distiller(student, recipe, sgd(student));
            Tensor images = images(example);
            batch = new Batch(LongStream.range(0, BATCH).toArray(), images, images, labels(), 0);
        }
    }

    /** The shape of the images that a model is for. */
    static Shape example(String model) {
        return model.startsWith("resnet") ? Shape.of(3, 32, 32) : Shape.of(1, 28, 28);
    }

    private static Optimizer sgd(Module model) {
        // A small rate: the labels are random, and a loss that overflows would change what is measured.
        return Sgd.of(List.copyOf(model.parameters().values()), Schedule.constant(1e-3), 0.9, 0);
    }

    private static Tensor images(Shape example) {
        return Device.cpu().normal(Key.of(2), BATCH, example.dim(0), example.dim(1), example.dim(2));
    }

    private static Tensor labels() {
        int[] labels = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            labels[i] = i % CLASSES;
        }
        return Device.cpu().tensor(labels, BATCH);
    }

    /**
     * One step of supervised training.
     *
     * @param task the model
     * @return the loss
     */
    @Benchmark
    public double train(Supervised task) {
        try (var _ = limbeck.tensor.Scope.open("training step")) {
            var tape = new Tape();
            Variable loss = tape.record(() -> limbeck.nn.Mode.train(step,
                    () -> Losses.crossEntropy(task.net.apply(task.images), task.labels)));
            task.optimizer.step(tape.backward(loss), Progress.of(step++, STEPS_PER_EPOCH));
            return loss.item();
        }
    }

    /**
     * The baseline of {@link #train}: the forward alone, in evaluation mode and without a tape.
     *
     * @param task the model
     * @return something of the result
     */
    @Benchmark
    public Object forward(Supervised task) {
        try (var _ = limbeck.tensor.Scope.open("forward")) {
            return task.net.apply(task.images).shape();
        }
    }

    /**
     * One step of distillation, the teacher's forward included; its baseline is {@link #train} of {@code resnet20}.
     *
     * @param task student, teacher and batch
     * @return the loss
     */
    @Benchmark
    public double distil(Distilled task) {
        return task.distiller.step(task.batch, Progress.of(step++, STEPS_PER_EPOCH)).total();
    }
}
