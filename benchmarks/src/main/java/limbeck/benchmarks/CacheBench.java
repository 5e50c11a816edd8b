package limbeck.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.distill.cache.CacheFormat;
import limbeck.distill.cache.Cached;
import limbeck.distill.cache.FullBatches;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Datasets;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.nn.Layers;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * What a teacher cache saves: a step of resnet20 that learns from resnet56, on batches of 128 augmented images of 3 x 32 x 32, with the
 * time to prepare them. The baseline is {@code no}, the teacher that runs in each step; {@code alone} is the student on the labels without
 * a teacher, the most that a cache could save; the others are formats of a cache that has been written. {@link #logits} learns by
 * {@code kd}, {@link #layers} by {@code at}, which looks at the teacher's three stages. {@code bytesPerSample} is what one view of an
 * example takes in the file.
 *
 * <p>The images are random, or the first of a data set of that shape where there is one; that changes no time.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh CacheBench
 * The exact format beside none, on logits:
 *   ./limbeck jmh CacheBench.logits -p cache=no,f32
 * On real images, which lie where LIMBECK_DATA says:
 *   ./limbeck jmh CacheBench -p data=cifar10
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class CacheBench {
    private static final int BATCH = 128;
    private static final int BATCHES = 8;
    private static final int CLASSES = 10;
    private static final Shape EXAMPLE = Shape.of(3, 32, 32);
    private static final String STUDENT = "resnet20";

    /** Threads of the kernels. */
    @Param("1")
    public int threads;

    private boolean reported;
    private boolean reporting;

    /** Space, beside the time. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Space {
        /** Bytes of one view of an example; 0 without a cache. */
        public double bytesPerSample;
    }

    /** A training in the middle, whose first epoch has written the cache. */
    private static final class Lesson {
        private final Loader loader;
        private final Distiller distiller;
        private Cached cached;
        private Path folder;
        private long bytes;
        private Epoch pass;
        private int epoch;
        private long step;

        Lesson(String method, String cache, String data) {
            loader = loader(data.equals("random") ? random() : first(data));
            Module student = Models.build(STUDENT, EXAMPLE, CLASSES, Key.of(1));
            if (cache.equals("alone")) {
                var main = new Stage("main", 1, Recipe.alone(new HardLabels()), List.copyOf(student.parameters().values()));
                distiller = distiller(student, main);
                return;
            }
            Module model = Models.build("resnet56", EXAMPLE, CLASSES, Key.of(3));
            settle(model);
            Teacher teacher = new FullBatches(new Frozen(model), BATCH);
            if (!cache.equals("no")) {
                folder = temporary();
                cached = new Cached(teacher, loader.teacherInputs(), folder, CacheFormat.parse(cache));
                teacher = cached;
            }
            Task task = Task.of(student, model, () -> Models.build(STUDENT, EXAMPLE, CLASSES, Key.of(1)), EXAMPLE, CLASSES, BATCH * BATCHES, 1, BATCH,
                    Key.of(4));
            Stage stage = Curriculum.of(Methods.parse(method), task, teacher, new HardLabels()).stages().getLast();
            distiller = distiller(student, stage);
            if (cached != null) {
                fill(stage, model, CacheFormat.parse(cache));
            }
        }

        /** Lets batch norms see the images, as those of a trained teacher have; else what it shows leaves the numbers that f16 holds. */
        private void settle(Module model) {
            for (int epoch = 0; epoch < 3; epoch++) {
                try (Epoch pass = loader.epoch(epoch)) {
                    for (Batch batch : pass) {
                        try (var _ = limbeck.tensor.Scope.open("settling")) {
                            limbeck.nn.Mode.train(0, () -> model.apply(Variable.of(batch.inputs())));
                        }
                    }
                }
            }
        }

        private static Loader loader(Dataset data) {
            var key = Key.of(2);
            return Loader.of(data, BATCH).shuffle(key).augment(Augment.parse("crop:4,flip"), key).views(1).normalise(data.statistics()).build();
        }

        private static Dataset first(String name) {
            Dataset train = Datasets.load(name, Optional.empty(), Datasets.Progress.NONE).train();
            if (!train.shape().equals(EXAMPLE) || train.classes() != CLASSES || train.size() < BATCH * BATCHES) {
                throw new IllegalArgumentException("data: this needs " + BATCH * BATCHES + " images of " + EXAMPLE + " in " + CLASSES
                        + " classes, " + name + " has " + train.size() + " of " + train.shape() + " in " + train.classes() + "; take cifar10 or random");
            }
            return train.range(0, BATCH * BATCHES);
        }

        private static Dataset random() {
            var key = Key.of(5);
            var pixels = new byte[BATCH * BATCHES * (int) EXAMPLE.size()];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) key.bits(i);
            }
            var labels = new int[BATCH * BATCHES];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i % CLASSES;
            }
            return Dataset.ofBytes("random", EXAMPLE, CLASSES, pixels, labels);
        }

        private static Distiller distiller(Module student, Stage stage) {
            return new Distiller(student, stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(1e-4), 0.9, 0));
        }

        private static Path temporary() {
            try {
                return Files.createTempDirectory("limbeck-cache-bench");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void fill(Stage stage, Module model, CacheFormat format) {
            Set<Tap> taps = new HashSet<>();
            stage.recipe().terms().forEach(term -> term.objective().taps().stream().filter(tap -> tap.side() == Tap.Side.TEACHER).forEach(taps::add));
            var layers = new TreeMap<String, Shape>();
            Layers all = Layers.of(model, EXAMPLE);
            taps.forEach(tap -> layers.put(tap.path(), all.find(tap.path()).getFirst().output()));
            bytes = Cached.size(new Views<>(Shape.of(CLASSES), layers), loader.teacherInputs(), format).example();
            try (Epoch first = loader.epoch(0)) {
                for (Batch batch : first) {
                    try (var _ = limbeck.tensor.Scope.open("first epoch")) {
                        cached.observe(batch, taps);
                    }
                }
            }
        }

        double step() {
            if (pass == null || !pass.hasNext()) {
                close(pass);
                pass = loader.epoch(epoch++);
            }
            try (var _ = limbeck.tensor.Scope.open("batch")) {
                return distiller.step(pass.next(), Progress.of(step++, BATCHES)).total();
            }
        }

        private static void close(Epoch pass) {
            if (pass != null) {
                pass.close();
            }
        }

        void end() throws IOException {
            close(pass);
            if (cached != null) {
                cached.close();
                try (var files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        }
    }

    /** Learning by logits. */
    @State(Scope.Thread)
    public static class Logits {
        /** The format; {@code no} for none, {@code alone} for no teacher either. */
        @Param({"alone", "no", "f32", "f16", "top-3"})
        public String cache;

        /** Where the images come from. */
        @Param("random")
        public String data;

        private Lesson lesson;

        /** Writes the cache. */
        @Setup(Level.Trial)
        public void setUp() {
            lesson = new Lesson("kd", cache, data);
        }

        /**
         * Deletes it.
         *
         * @throws IOException if it cannot be deleted
         */
        @TearDown(Level.Trial)
        public void tearDown() throws IOException {
            lesson.end();
        }
    }

    /** Learning by layers. */
    @State(Scope.Thread)
    public static class ByLayers {
        /** The format; {@code no} for none. */
        @Param({"no", "f32", "f16"})
        public String cache;

        /** Where the images come from. */
        @Param("random")
        public String data;

        private Lesson lesson;

        /** Writes the cache. */
        @Setup(Level.Trial)
        public void setUp() {
            lesson = new Lesson("at", cache, data);
        }

        /**
         * Deletes it.
         *
         * @throws IOException if it cannot be deleted
         */
        @TearDown(Level.Trial)
        public void tearDown() throws IOException {
            lesson.end();
        }
    }

    /** Chooses the number of threads. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
    }

    /**
     * JMH adds up what the iterations count: one of them tells of the space.
     *
     * @param iteration which one begins
     */
    @Setup(Level.Iteration)
    public void begin(IterationParams iteration) {
        reporting = iteration.getType() == IterationType.MEASUREMENT && !reported;
        reported |= reporting;
    }

    /**
     * One step by the teacher's logits.
     *
     * @param logits the training
     * @param space takes the bytes
     * @return the loss
     */
    @Benchmark
    public double logits(Logits logits, Space space) {
        return step(logits.lesson, space);
    }

    /**
     * One step by the teacher's layers.
     *
     * @param layers the training
     * @param space takes the bytes
     * @return the loss
     */
    @Benchmark
    public double layers(ByLayers layers, Space space) {
        return step(layers.lesson, space);
    }

    private double step(Lesson lesson, Space space) {
        if (reporting) {
            space.bytesPerSample = lesson.bytes;
        }
        return lesson.step();
    }
}
