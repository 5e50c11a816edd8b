package limbeck.distill.experiment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import limbeck.distill.Frozen;
import limbeck.distill.Teacher;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Datasets;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.experiment.Lineup.Learner;
import limbeck.distill.method.Curriculum;
import limbeck.distill.teachers.Ensemble;
import limbeck.distill.teachers.Spokesman;
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
    private final Keeper keeper;
    private final Workbench bench;
    private final TeacherCache cache;
    private final Teaching teaching;
    private final Lineup lineup;
    private final Trust trust;
    private final List<EpochReport> history = new ArrayList<>();
    private final List<Omission> omissions = new ArrayList<>();
    private final Map<Role, List<Evaluation>> evaluations = new TreeMap<>();
    private final Map<Role, List<Double>> agreements = new TreeMap<>();
    /** The models of the first seed. */
    private final Map<Role, Module> first = new TreeMap<>();
    /** What those who teach now say on the test set. */
    private Evaluation taught;

    private Experiment(Settings settings, Listener listener, Keeper keeper) {
        this.settings = settings;
        this.listener = listener;
        this.keeper = keeper;
        bench = new Workbench(settings, listener);
        cache = new TeacherCache(bench);
        teaching = new Teaching(bench, cache::of);
        lineup = Lineup.of(settings);
        trust = new Trust(bench);
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
     * @throws IllegalStateException in one sentence, if a teacher is no better than a linear model and not trusted all the same
     */
    public static Results run(Settings settings, Listener listener) {
        return run(settings, listener, Keeper.NONE);
    }

    /**
     * Runs the comparison, or what is left of one that was broken off.
     *
     * @param settings the choices
     * @param listener hears how it goes
     * @param keeper keeps the trainings, and knows those that an earlier run of the same settings has kept
     * @return what was found
     * @throws IllegalArgumentException in one sentence, if the settings do not go together, or what was kept is not of them
     * @throws limbeck.distill.data.DataException if the data cannot be had
     * @throws ArithmeticException if a loss is not a finite number
     * @throws IllegalStateException in one sentence, if a teacher is no better than a linear model and not trusted all the same
     */
    public static Results run(Settings settings, Listener listener, Keeper keeper) {
        return run(settings, listener, keeper, true);
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
        return alone(settings, listener, Keeper.NONE);
    }

    /**
     * Trains the student alone, or goes on with one that was broken off.
     *
     * @param settings the choices; those about teachers are not looked at
     * @param listener hears how it goes
     * @param keeper keeps the trainings, and knows those that an earlier run of the same settings has kept
     * @return what was found
     * @throws IllegalArgumentException in one sentence, if the settings do not go together, or what was kept is not of them
     * @throws limbeck.distill.data.DataException if the data cannot be had
     * @throws ArithmeticException if a loss is not a finite number
     */
    public static Results alone(Settings settings, Listener listener, Keeper keeper) {
        return run(settings, listener, keeper, false);
    }

    private static Results run(Settings settings, Listener listener, Keeper keeper, boolean taught) {
        long start = System.nanoTime();
        var experiment = new Experiment(settings, listener, keeper);
        Plan plan = experiment.plan(taught);
        experiment.bench.check(taught);
        listener.planned(plan);
        try (experiment.cache) {
            if (taught) {
                experiment.cache.prepare();
            }
            experiment.train(plan);
        }
        var models = new ArrayList<ModelReport>();
        experiment.first.forEach((role, model) -> models.add(experiment.report(role, model)));
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new Results(plan, models, List.copyOf(experiment.history), List.copyOf(experiment.omissions), seconds,
                experiment.trust.linear());
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
            throw new IllegalArgumentException("data: '" + settings.text(Setting.DATA) + "' has " + splits.train().size()
                    + " examples to train on and "
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
        Summary student = summary(settings.text(Setting.STUDENT));
        if (!taught) {
            int epochs = settings.count(Setting.EPOCHS);
            var text = new CurriculumText(bench, teaching.alone(Role.STUDENT_ALONE, bench.student(Key.of(0)), epochs));
            return new Plan(settings, bench.data(), null, student, seeds, bench.hardLoss().inWords(), List.of(epochs),
                    text.control().stream().toList());
        }
        List<Module> teachers = lineup.teachers().stream().map(name -> bench.teacher(name, Key.of(0))).toList();
        Teaching.Outline outline = teaching.outline();
        return new Plan(settings, bench.data(), summary(teaching.faculty().voice(teachers)), student, seeds, outline.loss(),
                outline.stages().get(Role.STUDENT_DISTILLED), outline.notes(), trainees(outline, student));
    }

    private List<Trainee> trainees(Teaching.Outline outline, Summary student) {
        var trainees = new ArrayList<Trainee>();
        for (int i = 0; i < lineup.teachers().size(); i++) {
            String name = lineup.teachers().get(i);
            trainees.add(new Trainee(lineup.teacher(i), name, summary(bench.teacher(name, Key.of(0))),
                    lineup.isRead() ? List.of() : List.of(settings.count(Setting.TEACHER_EPOCHS))));
        }
        outline.stages().forEach((role, stages) -> {
            if (role.part() == Role.Part.ASSISTANT) {
                trainees.add(new Trainee(role, lineup.architecture(role), summary(lineup.architecture(role)), stages));
            }
        });
        trainees.add(new Trainee(Role.STUDENT_ALONE, lineup.student(), student, List.of(settings.count(Setting.EPOCHS))));
        outline.stages().forEach((role, stages) -> {
            if (role.part() != Role.Part.ASSISTANT) {
                trainees.add(new Trainee(role, lineup.student(), student, stages));
            }
        });
        return trainees;
    }

    private Summary summary(String architecture) {
        return summary(bench.build(architecture, Key.of(0)));
    }

    private Summary summary(Module model) {
        return Summary.of(model, bench.data().train().shape().prepend(1));
    }

    private void train(Plan plan) {
        List<Module> teachers = List.of();
        for (long seed : plan.seeds()) {
            Key key = Key.of(seed);
            boolean another = teachers.isEmpty() || !lineup.isRead() && settings.text(Setting.TEACHERS).equals("each");
            if (plan.teacher() != null && another) {
                teachers = teachers(seed, key);
            }
            Module alone = bench.student(key);
            finish(Role.STUDENT_ALONE, seed, trainStudent(Role.STUDENT_ALONE, seed, key, alone,
                    teaching.alone(Role.STUDENT_ALONE, alone, settings.count(Setting.EPOCHS))));
            if (plan.teacher() != null) {
                students(seed, key, teachers);
            }
        }
    }

    /** Reads or trains the teachers and the assistants after them; the answer is who teaches the student. */
    private List<Module> teachers(long seed, Key key) {
        var models = new ArrayList<Module>();
        for (int i = 0; i < lineup.teachers().size(); i++) {
            String name = lineup.teachers().get(i);
            Module model = lineup.isRead() ? bench.read(name, lineup.files().get(i))
                    : trainTeacher(lineup.teacher(i), name, seed, Lineup.key(key, i));
            models.add(model);
            taught = finish(lineup.teacher(i), seed, model);
        }
        if (models.size() > 1) {
            taught = finish(Role.TEACHER, seed, teaching.faculty().voice(models));
        }
        require(Role.TEACHER, seed, taught);
        List<Module> teachers = models;
        for (Learner assistant : lineup.assistants(key)) {
            Module model = teach(assistant, seed, teachers);
            require(assistant.role(), seed, finish(assistant.role(), seed, model));
            teachers = List.of(model);
        }
        return teachers;
    }

    private void require(Role role, long seed, Evaluation evaluation) {
        if (trust.isAsked()) {
            trust.require(role.title() + " " + lineup.architecture(role), evaluation.accuracy());
            listener.trusted(role, seed, evaluation.accuracy(), trust.linear());
        }
    }

    /** Teaches one student after the other. */
    private void students(long seed, Key key, List<Module> teachers) {
        var generations = new ArrayList<Module>();
        for (Learner student : lineup.students(key)) {
            Module model = teach(student, seed, generations.isEmpty() ? teachers : List.of(generations.getLast()));
            finish(student.role(), seed, model);
            generations.add(model);
        }
        if (settings.text(Setting.GENERATION_ENSEMBLE).equals("yes")) {
            List<Teacher> members = generations.stream().map(model -> (Teacher) new Frozen(model)).toList();
            finish(Role.GENERATIONS, seed, new Spokesman(new Ensemble(members), generations));
        }
    }

    private Module trainTeacher(Role role, String architecture, long seed, Key key) {
        Module teacher = bench.teacher(architecture, key.split("teacher"));
        return fit(role, seed, teacher, teaching.alone(role, teacher, settings.count(Setting.TEACHER_EPOCHS)), bench.teacherBatches(key),
                bench.data().train());
    }

    private Module teach(Learner learner, long seed, List<Module> teachers) {
        Module student = teaching.fresh(learner);
        return trainStudent(learner.role(), seed, learner.key(), student, teaching.distilled(learner, student, teachers));
    }

    private Module trainStudent(Role role, long seed, Key key, Module student, Curriculum curriculum) {
        return fit(role, seed, student, curriculum, bench.studentBatches(role, key), bench.transfer());
    }

    /** Trains a model; the answer is the one that is used in the end. */
    private Module fit(Role role, long seed, Module model, Curriculum curriculum, Loader loader, Dataset examples) {
        listener.started(role, seed, "training");
        var training = new Training(role, seed, model, curriculum, new OptimizerChoice(settings, role), loader, examples.size());
        history.addAll(training.run(bench, listener, keeper));
        return curriculum.deployed();
    }

    /** Judges a model; of several seeds' the first is reported on. */
    private Evaluation finish(Role role, long seed, Module model) {
        listener.started(role, seed, "evaluating");
        int size = bench.data().test().size();
        Evaluation evaluation = bench.test(model, done -> listener.advanced(new Listener.Step(0, 0, done, size, Double.NaN, Double.NaN)));
        evaluations.computeIfAbsent(role, _ -> new ArrayList<>()).add(evaluation);
        agreements.computeIfAbsent(role, _ -> new ArrayList<>()).add(evaluation.agreement(taught == null || role.isTeacher() ? evaluation : taught));
        if (bench.omitted() >= 0 && !role.isTeacher()) {
            omissions.add(Omission.of(role, seed, bench.omitted(), bench.training(model), evaluation));
        }
        first.putIfAbsent(role, model);
        listener.finished(role, seed, model, evaluation);
        return evaluation;
    }

    private ModelReport report(Role role, Module model) {
        List<Evaluation> found = evaluations.get(role);
        Summary summary = summary(model);
        Shape example = bench.data().train().shape();
        // A batch larger than the test set was never made, and may not fit into memory.
        int batch = Math.min(settings.count(Setting.BATCH), bench.data().test().size());
        return new ModelReport(role, lineup.architecture(role), summary.parameters(), summary.multiplyAdds(), summary.bytes(),
                new Spread(found.stream().map(Evaluation::accuracy).toList()),
                new Spread(found.stream().map(Evaluation::balancedAccuracy).toList()),
                new Spread(found.stream().map(e -> (double) e.errors()).toList()), new Spread(agreements.get(role)), tasks(found),
                1000 * Stopwatch.forwardSeconds(model, bench.device(), example, 1),
                batch / Stopwatch.forwardSeconds(model, bench.device(), example, batch));
    }

    private Map<String, Spread> tasks(List<Evaluation> found) {
        var tasks = new LinkedHashMap<String, Spread>();
        bench.heads().forEach(head -> tasks.put(head.name(), new Spread(found.stream().map(evaluation -> evaluation.of(head).accuracy()).toList())));
        return tasks;
    }
}
