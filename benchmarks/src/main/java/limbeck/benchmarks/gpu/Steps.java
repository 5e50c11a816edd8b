package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Term;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Steps of training on a GPU, in samples a second: SGD with momentum 0.9 on random images that lie on the device, by the labels alone or
 * by half of them and half the logits of a teacher at temperature 4. Each step reads its loss, as training does.
 * {@code src/main/python/gpu_peers.py} does the same in PyTorch.
 *
 * <pre>
 * HOW TO RUN, on a machine with a GPU, after benchmarks/gpu-check.sh or as a part of it:
 *   java -cp ... limbeck.benchmarks.gpu.Steps [--device cuda:0] [--out FILE] [--precision tf32] [--quick]
 * What the graphs save:
 *   java -Dlimbeck.cuda.graphs=false -cp ... limbeck.benchmarks.gpu.Steps --precision tf32
 * </pre>
 */
public final class Steps {
    private static final int CLASSES = 10;
    private static final int STEPS_PER_EPOCH = 400;
    private static final double SECONDS = 0.3;
    private static final double WARM_UP = 1.5;
    private static final double QUICK_SECONDS = 0.001;
    private static final double TEMPERATURE = 4;

    /**
     * A training.
     *
     * @param student a model's name
     * @param teacher another's, or null for the labels alone
     * @param batch images in a step
     */
    record Training(String student, String teacher, int batch) {
        static final List<Training> ALL = List.of(new Training("resnet20", "resnet56", 128), new Training("resnet20", null, 128),
                new Training("mlp-400-400", "mlp-1200-1200", 128), new Training("mlp-1200-1200", null, 128));
        static final List<Training> TOYS = List.of(new Training("resnet8", "resnet8", 2), new Training("mlp-30", "mlp-40-40", 8));

        /** Grey images for perceptrons, coloured ones for the others. */
        Shape example() {
            return student.startsWith("mlp") ? Shape.of(1, 28, 28) : Shape.of(3, 32, 32);
        }

        /** What it is called in figures. */
        String name(Precision precision) {
            return "step " + student + (teacher == null ? "" : " from " + teacher) + ", batch " + batch + ", " + Rates.name(precision);
        }
    }

    private Steps() {
    }

    /**
     * Measures.
     *
     * @param args see above
     */
    public static void main(String[] args) {
        Program.run(() -> measure(args));
    }

    private static void measure(String... args) {
        Options options = Options.parse(List.of(Precision.TF32, Precision.FP32, Precision.BF16), args);
        var figures = new Figures(options.out());
        Device gpu = Device.of(options.device());
        String who = System.getProperty("limbeck.cuda.graphs", "true").equals("false") ? "without graphs" : Figure.OURS;
        for (Precision precision : options.precisions()) {
            Precision.use(precision);
            for (Training training : options.quick() ? Training.TOYS : Training.ALL) {
                String name = training.name(precision);
                figures.attempt(name, () -> {
                    double seconds = time(gpu, training, options.quick());
                    figures.add(new Figure(name, who, training.batch / seconds, "samples/s"));
                });
            }
        }
    }

    /** Seconds of a step. */
    private static double time(Device gpu, Training training, boolean quick) {
        Module student = model(training.student, training.example(), gpu, 1);
        var distiller = new Distiller(student, recipe(gpu, training),
                // A small rate: the labels are random, and a loss that overflows would end it.
                Sgd.of(List.copyOf(student.parameters().values()), Schedule.constant(1e-3), 0.9, 0));
        Tensor images = gpu.normal(Key.of(2), 0, 1, training.example().prepend(training.batch));
        Tensor labels = gpu.tensor(IntStream.range(0, training.batch).map(i -> i % CLASSES).toArray(), training.batch);
        var batch = new Batch(LongStream.range(0, training.batch).toArray(), images, images, labels, 0);
        long[] step = new long[1];
        Runnable one = () -> distiller.step(batch, Progress.of(step[0]++, STEPS_PER_EPOCH));
        // Java compiles what runs often.
        long end = System.nanoTime() + (quick ? 0 : (long) (WARM_UP * 1e9));
        do {
            one.run();
        } while (System.nanoTime() < end);
        // A step waits for itself, when it reads its loss.
        return new Stopwatch(quick ? QUICK_SECONDS : SECONDS).time(one, () -> { });
    }

    private static Recipe recipe(Device gpu, Training training) {
        if (training.teacher == null) {
            return Recipe.alone(new HardLabels());
        }
        return new Recipe(new Frozen(model(training.teacher, training.example(), gpu, 3)),
                List.of(new Term("ce", 0.5, new HardLabels()), new Term("kd", 0.5, new LogitKd(TEMPERATURE))));
    }

    private static Module model(String name, Shape example, Device gpu, long key) {
        Module model = Models.build(name, example, CLASSES, Key.of(key));
        model.to(gpu);
        return model;
    }
}
