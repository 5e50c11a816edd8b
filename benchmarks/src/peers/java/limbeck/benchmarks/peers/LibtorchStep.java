package limbeck.benchmarks.peers;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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
 * Whole steps by libtorch, in samples a second: zero gradients, forward, loss, backward, SGD with momentum 0.9. Before the clock
 * runs, one step from the same weights is compared with ours, by loss and by how the first weights of the model moved, whose
 * gradient has come all the way back.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only step
 * </pre>
 */
@State(Scope.Thread)
@OperationsPerInvocation(LibtorchStep.BATCH)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchStep {
    static final int BATCH = 128;
    private static final int CLASSES = 10;
    private static final double RATE = 1e-3;
    private static final double TAU = 4;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    /** How images and weights lie in memory. */
    @Param({Libtorch.NCHW, Libtorch.CHANNELS_LAST})
    public String layout;

    /** Loads the library. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
    }

    /** A student with its optimizer and a batch. */
    static final class Task {
        final LibtorchModel net;
        final SGD optimizer;
        final Tensor images;
        final Tensor labels;

        Task(String model, Module ours, String layout) {
            net = new LibtorchModel(model, ours, layout);
            var options = new SGDOptions(RATE);
            options.momentum().put(0.9);
            optimizer = new SGD(net.trainable(), options);
            images = net.images(LibtorchStep.images(model));
            labels = Tensor.create(LongStream.range(0, BATCH).map(i -> i % CLASSES).toArray(), BATCH);
        }
    }

    /** A model with a batch for it. */
    @State(Scope.Thread)
    public static class Supervised {
        /** Which model. */
        @Param("resnet20")
        public String model;

        private Task task;

        /**
         * Makes the model and the batch, and compares a step.
         *
         * @param step has loaded the library
         */
        @Setup(Level.Trial)
        public void setUp(LibtorchStep step) {
            Module ours = Models.build(model, example(model), CLASSES, Key.of(1));
            task = new Task(model, ours, step.layout);
            float[] before = first(ours);
            double theirs = step.train(this);
            var optimizer = sgd(ours);
            var tape = new Tape();
            Variable loss = tape.record(() -> limbeck.nn.Mode.train(0,
                    () -> Losses.crossEntropy(ours.apply(Variable.of(images(model))), ourLabels())));
            optimizer.step(tape.backward(loss), Progress.START);
            compare(model, before, theirs, task.net, loss.item(), ours);
        }
    }

    /** resnet20 that learns from resnet56. */
    @State(Scope.Thread)
    public static class Distilled {
        private LibtorchModel teacher;
        private Task task;

        /**
         * Makes both models and the batch, and compares a step.
         *
         * @param step has loaded the library
         */
        @Setup(Level.Trial)
        public void setUp(LibtorchStep step) {
            Module tutor = Models.build("resnet56", example("resnet56"), CLASSES, Key.of(4));
            Module ours = Models.build("resnet20", example("resnet20"), CLASSES, Key.of(5));
            teacher = new LibtorchModel("resnet56", tutor, step.layout);
            task = new Task("resnet20", ours, step.layout);
            float[] before = first(ours);
            double theirs = step.distil(this);
            var recipe = new Recipe(new Frozen(tutor),
                    List.of(new Term("ce", 0.5, new HardLabels()), new Term("kd", 0.5, new LogitKd(TAU))));
            var images = images("resnet20");
            var batch = new Batch(LongStream.range(0, BATCH).toArray(), images, images, ourLabels(), 0);
            double loss = new Distiller(ours, recipe, sgd(ours)).step(batch, Progress.START).total();
            compare("resnet56 -> resnet20", before, theirs, task.net, loss, ours);
        }
    }

    static Shape example(String model) {
        return model.startsWith("resnet") ? Shape.of(3, 32, 32) : Shape.of(1, 28, 28);
    }

    static limbeck.tensor.Tensor images(String model) {
        return Device.cpu().normal(Key.of(2), example(model).prepend(BATCH).dims());
    }

    private static limbeck.tensor.Tensor ourLabels() {
        return Device.cpu().tensor(IntStream.range(0, BATCH).map(i -> i % CLASSES).toArray(), BATCH);
    }

    private static Optimizer sgd(Module model) {
        return Sgd.of(List.copyOf(model.parameters().values()), Schedule.constant(RATE), 0.9, 0);
    }

    private static float[] first(Module model) {
        return model.parameters().values().iterator().next().tensor().toFloats();
    }

    private static void compare(String what, float[] before, double theirLoss, LibtorchModel theirs, double loss, Module ours) {
        Agreement.require(what + ", loss", new float[] {(float) theirLoss}, new float[] {(float) loss}, 1e-4);
        float[] theirMove = Libtorch.toFloats(theirs.parameter(0));
        float[] move = first(ours);
        for (int i = 0; i < before.length; i++) {
            theirMove[i] -= before[i];
            move[i] -= before[i];
        }
        // A move is a small difference of weights: their rounding shows.
        Agreement.require(what + ", first weights", theirMove, move, 0.02);
    }

    /**
     * One step of supervised training.
     *
     * @param supervised the model
     * @return the loss
     */
    @Benchmark
    public double train(Supervised supervised) {
        Task task = supervised.task;
        try (var _ = new PointerScope()) {
            task.optimizer.zero_grad();
            Tensor loss = torch.cross_entropy_loss(task.net.forward(task.images, true), task.labels);
            loss.backward();
            task.optimizer.step();
            return loss.item_float();
        }
    }

    /**
     * One step of distillation, the teacher's forward included.
     *
     * @param distilled both models
     * @return the loss
     */
    @Benchmark
    public double distil(Distilled distilled) {
        Task task = distilled.task;
        try (var _ = new PointerScope()) {
            task.optimizer.zero_grad();
            Tensor shown;
            try (var _ = new AutoGradMode(false)) {
                shown = distilled.teacher.forward(task.images, false);
            }
            Tensor loss = LibtorchLoss.distillation(task.net.forward(task.images, true), shown, task.labels, TAU);
            loss.backward();
            task.optimizer.step();
            return loss.item_float();
        }
    }
}
