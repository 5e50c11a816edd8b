package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.Term;
import limbeck.distill.data.Augment;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Datasets;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.nn.io.Checkpoint;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Threads;

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
    private static final int EVALUATION_BATCH = 256;

    private final Settings settings;
    private final Listener listener;
    private final Splits data;
    private final Device device;
    private final Dataset transfer;
    private final int omitted;
    // Made when it is needed: the plan is shown before the data is gone through for its statistics.
    private Loader testLoader;
    private final List<EpochReport> history = new ArrayList<>();
    private final List<Omission> omissions = new ArrayList<>();
    private final Map<Role, List<Evaluation>> evaluations = new EnumMap<>(Role.class);
    private final Map<Role, List<Double>> agreements = new EnumMap<>(Role.class);

    private Experiment(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        if (settings.count(Setting.THREADS) > 0) {
            Threads.use(settings.count(Setting.THREADS));
        }
        Precision.use(Precision.of(settings.text(Setting.PRECISION)));
        device = Device.of(settings.text(Setting.DEVICE));
        data = load(settings, listener);
        omitted = omitted(settings.text(Setting.OMIT), data.train().classes());
        transfer = omitted < 0 ? data.train() : data.train().where(label -> label != omitted);
        if (transfer.size() == 0) {
            throw new IllegalArgumentException("omit: every example to train on is of class " + omitted + ", so none would be left");
        }
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
        experiment.checkAugmentations(taught);
        listener.planned(plan);
        Map<Role, Module> first = experiment.train(plan);
        var models = new ArrayList<ModelReport>();
        first.forEach((role, model) -> models.add(experiment.report(role, role == Role.TEACHER ? plan.teacher() : plan.student(), model)));
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
        double alpha = settings.number(Setting.ALPHA);
        String loss = alpha + " x tau^2 KL(teacher || student) at temperature " + settings.text(Setting.TEMPERATURE) + " + "
                + Math.round((1 - alpha) * 1e6) / 1e6 + " x cross-entropy with the labels";
        return new Plan(settings, data, taught ? summary(Setting.TEACHER) : null, summary(Setting.STUDENT), seeds, loss);
    }

    /** Tries each augmentation on one example: what does not fit the data fails before a teacher has been trained for nothing. */
    private void checkAugmentations(boolean taught) {
        for (Setting which : taught ? List.of(Setting.AUGMENT, Setting.TEACHER_AUGMENT, Setting.TEACHER_VIEW) : List.of(Setting.AUGMENT)) {
            String recipe = settings.text(which);
            Augment augment = recipe.equals("same") ? Augment.NONE : Augment.parse(recipe);
            if (augment != Augment.NONE) {
                Loader loader = Loader.of(data.train().range(0, 1), 1).augment(augment, Key.of(0)).prefetch(0).build();
                try (Epoch once = loader.epoch(0); var _ = Scope.open("augmentation check")) {
                    once.next();
                }
            }
        }
    }

    private Summary summary(Setting which) {
        return Summary.of(build(which, Key.of(0)), data.train().shape().prepend(1));
    }

    private Module build(Setting which, Key key) {
        Module model = Models.build(settings.text(which), data.train().shape(), data.train().classes(), key);
        model.to(device);
        return model;
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
                teacher = loaded ? loadTeacher(seed) : trainTeacher(seed, key);
                taught = finish(Role.TEACHER, seed, teacher, null);
                first.putIfAbsent(Role.TEACHER, teacher);
            }
            var hard = new HardLabels(settings.number(Setting.LABEL_SMOOTHING));
            Module alone = trainStudent(Role.STUDENT_ALONE, seed, key, Recipe.alone(hard));
            finish(Role.STUDENT_ALONE, seed, alone, taught);
            first.putIfAbsent(Role.STUDENT_ALONE, alone);
            if (teacher != null) {
                double alpha = settings.number(Setting.ALPHA);
                var together = new Recipe(new Frozen(teacher), List.of(new Term("ce", 1 - alpha, hard),
                        new Term("kd", alpha, new LogitKd(settings.number(Setting.TEMPERATURE)))));
                Module distilled = trainStudent(Role.STUDENT_DISTILLED, seed, key, together);
                finish(Role.STUDENT_DISTILLED, seed, distilled, taught);
                first.putIfAbsent(Role.STUDENT_DISTILLED, distilled);
            }
        }
        return first;
    }

    private Module loadTeacher(long seed) {
        Module teacher = build(Setting.TEACHER, Key.of(seed));
        Checkpoint.load(Path.of(settings.text(Setting.TEACHER_WEIGHTS)), teacher);
        return teacher;
    }

    private Module trainTeacher(long seed, Key key) {
        Module teacher = build(Setting.TEACHER, key.split("teacher"));
        var augment = Augment.parse(settings.text(Setting.TEACHER_AUGMENT));
        Loader.Builder loader = training(data.train(), key.split("teacher data")).augment(augment, key.split("teacher data"));
        var labels = Recipe.alone(new HardLabels(settings.number(Setting.LABEL_SMOOTHING)));
        fit(Role.TEACHER, seed, teacher, labels, loader.build(), data.train());
        return teacher;
    }

    private Module trainStudent(Role role, long seed, Key key, Recipe recipe) {
        Module student = build(Setting.STUDENT, key.split("student"));
        var augment = Augment.parse(settings.text(Setting.AUGMENT));
        Loader.Builder loader = training(transfer, key.split("data")).augment(augment, key.split("data"));
        String view = settings.text(Setting.TEACHER_VIEW);
        if (!view.equals("same")) {
            loader.teacherAugment(Augment.parse(view), key.split("data"));
        }
        fit(role, seed, student, recipe, loader.build(), transfer);
        return student;
    }

    private void fit(Role role, long seed, Module model, Recipe recipe, Loader loader, Dataset examples) {
        listener.started(role, seed, "training");
        var rule = new OptimizerChoice(settings, role);
        var training = new Training(role, seed, model, recipe, rule.optimizer(Training.parameters(model, recipe)), rule.rate(), loader,
                examples.size(), rule.epochs());
        history.addAll(training.run(m -> evaluate(m, done -> { }).accuracy(), listener));
    }

    private Evaluation finish(Role role, long seed, Module model, Evaluation teacher) {
        listener.started(role, seed, "evaluating");
        int size = data.test().size();
        Evaluation evaluation = evaluate(model, done -> listener.advanced(new Listener.Step(0, 0, done, size, Double.NaN, Double.NaN)));
        evaluations.get(role).add(evaluation);
        agreements.get(role).add(evaluation.agreement(teacher == null ? evaluation : teacher));
        if (omitted >= 0 && role != Role.TEACHER) {
            Evaluation train = Evaluation.of(model, plain(data.train()), data.train(), done -> { });
            omissions.add(Omission.of(role, seed, omitted, train, evaluation));
        }
        listener.finished(role, seed, model, evaluation);
        return evaluation;
    }

    private Evaluation evaluate(Module model, IntConsumer progress) {
        if (testLoader == null) {
            testLoader = plain(data.test());
        }
        return Evaluation.of(model, testLoader, data.test(), progress);
    }

    private Loader.Builder training(Dataset set, Key key) {
        return Loader.of(set, settings.count(Setting.BATCH)).shuffle(key).normalise(data.train().statistics()).on(device);
    }

    private Loader plain(Dataset set) {
        return Loader.of(set, EVALUATION_BATCH).normalise(data.train().statistics()).on(device).build();
    }

    private ModelReport report(Role role, Summary summary, Module model) {
        List<Evaluation> found = evaluations.get(role);
        Shape example = data.train().shape();
        // A batch larger than the test set was never made, and may not fit into memory.
        int batch = Math.min(settings.count(Setting.BATCH), data.test().size());
        String name = settings.text(role == Role.TEACHER ? Setting.TEACHER : Setting.STUDENT);
        return new ModelReport(role, name, summary.parameters(), summary.multiplyAdds(), summary.bytes(),
                new Spread(found.stream().map(Evaluation::accuracy).toList()),
                new Spread(found.stream().map(e -> (double) e.errors()).toList()), new Spread(agreements.get(role)),
                1000 * Stopwatch.forwardSeconds(model, device, example, 1),
                batch / Stopwatch.forwardSeconds(model, device, example, batch));
    }

    private static int omitted(String text, int classes) {
        if (text.isEmpty()) {
            return -1;
        }
        if (!text.matches("\\d{1,6}") || Integer.parseInt(text) >= classes) {
            throw new IllegalArgumentException("omit: needs a class from 0 to " + (classes - 1) + ", got '" + text + "'");
        }
        return Integer.parseInt(text);
    }
}
