package limbeck.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.distill.method.Workshop;
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
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * What each method of distillation costs over plain training: the time of a step, and {@code mebibytes}, the most that tensors hold
 * during one beside what they hold before it. resnet8 learns from resnet20 on batches of 128 images of 3 x 32 x 32; a method that needs
 * equal architectures learns from a second resnet8. Of a method with stages it is the main one. {@code alone} is the baseline: the
 * student on the labels.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh MethodBench
 * Two methods beside the baseline:
 *   ./limbeck jmh MethodBench -p method=alone,kd,crd -p threads=1
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class MethodBench {
    private static final int BATCH = 128;
    private static final int CLASSES = 10;
    private static final int EXAMPLES = 10_000;
    private static final int EPOCHS = 12;
    private static final double RATE = 1e-4;
    private static final String STUDENT = "resnet8";

    /** The method; {@code alone} for none. */
    @Param({"alone", "kd", "balanced-kd", "mse-logits", "dkd", "nkd", "uskd", "logit-standardization", "dist", "wsld", "ofa", "ctkd",
        "flsw", "cwsm", "confidence-kd", "tf-kd", "gkd", "topk-kl", "tvd", "temperature-stages", "annealing-kd", "byot", "dml", "kdcl",
        "fitnet", "at", "nst", "fsp", "ab", "ofd", "ft", "vid", "reviewkd", "srrl", "simkd", "cwd", "pkd", "weighted-features",
        "progressive-features", "alignment-depth", "block-wise", "rkd-d", "rkd-a", "sp", "pkt", "cc", "crd", "mmd", "views",
        "feature-regression", "interpolation", "ema", "l2", "consistency", "entropy"})
    public String method;

    /** Threads of the kernels. */
    @Param("1")
    public int threads;

    private Distiller distiller;
    private Batch batch;
    private long step;
    private boolean reported;
    private boolean reporting;

    /** Memory, beside the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Held {
        /** What tensors hold at most during a step, in MiB. */
        public double mebibytes;
    }

    /** Makes the models and the training. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        Shape example = Shape.of(3, 32, 32);
        Module student = Models.build(STUDENT, example, CLASSES, Key.of(1));
        Stage stage = stage(student, example);
        distiller = new Distiller(student, stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(RATE), 0.9, 0));
        Tensor images = Device.cpu().normal(Key.of(2), BATCH, 3, 32, 32);
        int[] labels = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            labels[i] = i % CLASSES;
        }
        batch = new Batch(LongStream.range(0, BATCH).toArray(), images, images, Device.cpu().tensor(labels, BATCH), 0);
    }

    /**
     * JMH adds up what the iterations count: one of them tells of the memory.
     *
     * @param iteration which one begins
     */
    @Setup(Level.Iteration)
    public void begin(IterationParams iteration) {
        reporting = iteration.getType() == IterationType.MEASUREMENT && !reported;
        reported |= reporting;
    }

    private Stage stage(Module student, Shape example) {
        if (method.equals("alone")) {
            return new Stage("main", EPOCHS, Recipe.alone(new HardLabels()), List.copyOf(student.parameters().values()));
        }
        String teacher = method.equals("interpolation") ? STUDENT : "resnet20";
        Module model = Models.build(teacher, example, CLASSES, Key.of(3));
        Task task = Task.of(student, model, () -> Models.build(STUDENT, example, CLASSES, Key.of(1)), example, CLASSES, EXAMPLES, EPOCHS, BATCH,
                Key.of(4)).with(new Workshop() {
                    @Override
                    public Module student(Key key) {
                        return Models.build(STUDENT, example, CLASSES, key);
                    }

                    @Override
                    public Schedule rate(int epochs) {
                        return Schedule.constant(RATE);
                    }

                    @Override
                    public Optimizer optimizer(List<Parameter> parameters, Schedule rate) {
                        return Sgd.of(parameters, rate, 0.9, 0);
                    }
                });
        return Curriculum.of(Methods.parse(method), task, new Frozen(model), new HardLabels()).stages().getLast();
    }

    /**
     * One step.
     *
     * @param held takes the memory
     * @return the loss
     */
    @Benchmark
    public double step(Held held) {
        long before = Device.cpu().memory().inUse();
        double loss = distiller.step(batch, Progress.of(step++, EXAMPLES / BATCH)).total();
        double most = (Device.cpu().memory().peak() - before) / (double) (1 << 20);
        if (reporting) {
            held.mebibytes = Math.max(held.mebibytes, most);
        }
        return loss;
    }
}
