package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Datasets;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.method.Curriculum;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;

/**
 * The classic comparison, over several seeds: a teacher, the student trained alone, the student distilled. Both students
 * of a seed start from the same weights and see the same batches in the same order, so that the teacher is all the
 * difference.
 *
 * {@snippet :
 * Results results = Experiment.run(Settings.DEFAULT.with(Setting.DATA, "mnist"), Listener.NONE);
 * System.out.println(results.verdict());
 * }
 */
public final class Experiment {
    private final Settings settings;
    private final Listener listener;
    private final Workbench bench;
    private final Teaching teaching;
    private final List<EpochReport> history = new ArrayList<>();
    private final List<Omission> omissions = new ArrayList<>();
    private final Map<Role, List<Evaluation>> evaluations = new EnumMap<>(Role.class);
    private final Map<Role, List<Double>> agreements = new EnumMap<>(Role.class);

    private Experiment(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        bench = new Workbench(settings, listener);
        teaching = new Teaching(bench);
        for (Role role : Role.values()) {
            evaluations.put(role, new ArrayList<>());
            agreements.put(role, new ArrayList<>());
        }
    }

    /**
     * Runs the comparison.
     *
     * @param settings the choices
     * @param listener hears how it goes
     * @return what was found
     * @throws IllegalArgumentException in one sentence, if the settings do not go together
     * @throws limbeck.distill.data.DataException if the data cannot be had
     * @throws ArithmeticException if a loss is not a finite number
     */
    public static Results run(Settings settings, Listener listener) {
        return run(settings, listener, true);
    }

    /**
     * Trains the student alone, without any teacher. The results then have no teacher and no verdict.
     *
     * @param settings the choices; those about teachers are not looked at
     * @param listener hears how it goes
     * @return what was found
     * @throws IllegalArgumentException in one sentence, if the settings do not go together
     * @throws limbeck.distill.data.DataException if the data cannot be had
     * @throws ArithmeticException if a loss is not a finite number
     */
    public static Results alone(Settings settings, Listener listener) {
        return run(settings, listener, false);
    }

    private static Results run(Settings settings, Listener listener, boolean taught) {
        long start = System.nanoTime();
        var experiment = new Experiment(settings, listener);
        Plan plan = experiment.plan(taught);
        experiment.bench.checkAugmentations(taught);
        listener.planned(plan);
        Map<Role, Module> first = experiment.train(plan);
        var models = new ArrayList<ModelReport>();
        first.forEach((role, model) -> models.add(experiment.report(role, model)));
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new Results(plan, models, List.copyOf(experiment.history), List.copyOf(experiment.omissions), seconds);
    }

    /**
     * Loads the data that settings name.
     *
     * @param settings the choices
     * @param listener hears of downloads
     * @return training and test part, for classification; with {@link Setting#VALIDATION}, held-out examples as the test part
     * @throws limbeck.distill.data.DataException if the data cannot be had
     * @throws IllegalArgumentException if it is not for classification
     */
    public static Splits load(Settings settings, Listener listener) {
        Optional<Path> folder = Optional.of(settings.text(Setting.DATA_DIR)).filter(dir -> !dir.isEmpty()).map(Path::of);
        Splits splits = Datasets.load(settings.text(Setting.DATA), folder, listener::downloading);
        if (splits.train().isRegression()) {
            throw new IllegalArgumentException("data: '" + settings.text(Setting.DATA)
                    + "' has numbers as targets; this comparison is for classes");
        }
        if (splits.train().size() == 0 || splits.test().size() == 0) {
            throw new IllegalArgumentException("data: '" + settings.text(Setting.DATA) + "' has " + splits.train().size() + " examples to train on and "
                    + splits.test().size() + " to test on; both are needed");
        }
        int size = settings.count(Setting.TRAIN_SIZE);
        boolean whole = size == 0 || size >= splits.train().size();
        splits = whole ? splits : new Splits(splits.train().range(0, size), splits.test(), splits.notes());
        int held = settings.count(Setting.VALIDATION);
        return held == 0 ? splits : splits.validation(held);
    }

    private Plan plan(boolean taught) {
        long seed = Long.parseLong(settings.text(Setting.SEED));
        var seeds = LongStream.range(0, settings.count(Setting.SEEDS)).mapToObj(i -> seed + i).toList();
        Summary teacher = taught ? summary(bench.build(Setting.TEACHER, Key.of(0))) : null;
        Summary student = summary(bench.build(Setting.STUDENT, Key.of(0)));
        Teaching.Outline outline = taught ? teaching.outline()
                : new Teaching.Outline("cross-entropy with the labels", List.of(settings.count(Setting.EPOCHS)), List.of());
        return new Plan(settings, bench.data(), teacher, student, seeds, outline.loss(), outline.stages(), outline.notes());
    }

    private Summary summary(Module model) {
        return Summary.of(model, bench.data().train().shape().prepend(1));
    }

    /** Trains everything; the answer holds one model a role, of the first seed, in the order of the roles. */
    private Map<Role, Module> train(Plan plan) {
        var first = new EnumMap<Role, Module>(Role.class);
        Module teacher = null;
        Evaluation taught = null;
        for (long seed : plan.seeds()) {
            Key key = Key.of(seed);
            boolean loaded = !settings.text(Setting.TEACHER_WEIGHTS).isEmpty();
            boolean another = teacher == null || !loaded && settings.text(Setting.TEACHERS).equals("each");
            if (plan.teacher() != null && another) {
                teacher = loaded ? bench.loadTeacher(seed) : trainTeacher(seed, key);
                taught = finish(Role.TEACHER, seed, teacher, null);
                first.putIfAbsent(Role.TEACHER, teacher);
            }
            Module student = bench.student(key);
            Module alone = trainStudent(Role.STUDENT_ALONE, seed, key, student, teaching.alone(student, settings.count(Setting.EPOCHS)));
            finish(Role.STUDENT_ALONE, seed, alone, taught);
            first.putIfAbsent(Role.STUDENT_ALONE, alone);
            if (teacher != null) {
                Module taughtStudent = bench.student(key);
                Module distilled = trainStudent(Role.STUDENT_DISTILLED, seed, key, taughtStudent,
                        teaching.distilled(taughtStudent, teacher, key));
                finish(Role.STUDENT_DISTILLED, seed, distilled, taught);
                first.putIfAbsent(Role.STUDENT_DISTILLED, distilled);
            }
        }
        return first;
    }

    private Module trainTeacher(long seed, Key key) {
        Module teacher = bench.build(Setting.TEACHER, key.split("teacher"));
        return fit(Role.TEACHER, seed, teacher, teaching.alone(teacher, settings.count(Setting.TEACHER_EPOCHS)), bench.teacherBatches(key),
                bench.data().train());
    }

    private Module trainStudent(Role role, long seed, Key key, Module student, Curriculum curriculum) {
        return fit(role, seed, student, curriculum, bench.studentBatches(key), bench.transfer());
    }

    /** Trains a model; the answer is the one that is used in the end. */
    private Module fit(Role role, long seed, Module model, Curriculum curriculum, Loader loader, Dataset examples) {
        listener.started(role, seed, "training");
        var training = new Training(role, seed, model, curriculum, new OptimizerChoice(settings, role), loader, examples.size());
        history.addAll(training.run(m -> bench.test(m, done -> { }).accuracy(), listener));
        return curriculum.deployed();
    }

    private Evaluation finish(Role role, long seed, Module model, Evaluation teacher) {
        listener.started(role, seed, "evaluating");
        int size = bench.data().test().size();
        Evaluation evaluation = bench.test(model, done -> listener.advanced(new Listener.Step(0, 0, done, size, Double.NaN, Double.NaN)));
        evaluations.get(role).add(evaluation);
        agreements.get(role).add(evaluation.agreement(teacher == null ? evaluation : teacher));
        if (bench.omitted() >= 0 && role != Role.TEACHER) {
            omissions.add(Omission.of(role, seed, bench.omitted(), bench.training(model), evaluation));
        }
        listener.finished(role, seed, model, evaluation);
        return evaluation;
    }

    private ModelReport report(Role role, Module model) {
        List<Evaluation> found = evaluations.get(role);
        Summary summary = summary(model);
        Shape example = bench.data().train().shape();
        // A batch larger than the test set was never made, and may not fit into memory.
        int batch = Math.min(settings.count(Setting.BATCH), bench.data().test().size());
        String name = settings.text(role == Role.TEACHER ? Setting.TEACHER : Setting.STUDENT);
        return new ModelReport(role, name, summary.parameters(), summary.multiplyAdds(), summary.bytes(),
                new Spread(found.stream().map(Evaluation::accuracy).toList()),
                new Spread(found.stream().map(e -> (double) e.errors()).toList()), new Spread(agreements.get(role)),
                1000 * Stopwatch.forwardSeconds(model, bench.device(), example, 1),
                batch / Stopwatch.forwardSeconds(model, bench.device(), example, batch));
    }
}
