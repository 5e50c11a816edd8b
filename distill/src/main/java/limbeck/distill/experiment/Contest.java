package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Stage;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Curriculum;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;

/**
 * Many methods on one teacher, one student and the same seeds: every student of a seed starts from the same weights and sees the same
 * batches in the same order, so that the method is all the difference.
 *
 * {@snippet :
 * var settings = Settings.DEFAULT.with(Setting.TEACHER, "resnet20").with(Setting.STUDENT, "resnet8");
 * Standings found = Contest.run(settings, Methods.parse("kd,dkd,at"), 0, Contest.Watcher.NONE);
 * }
 */
public final class Contest {
    // Steps of a trial, and how many at its end count.
    private static final int TRIAL = 10;
    private static final int COUNTED = 4;
    // Part of the budget that is planned with: measured times are never exact.
    private static final double CAREFUL = 0.92;
    private static final int LEAST_EPOCHS = 2;

    /**
     * What a contest is going to do.
     *
     * @param settings the choices, with the number of epochs that fits the budget
     * @param data the data set
     * @param teacher the teacher's layers
     * @param student the student's
     * @param methods those that will run
     * @param excluded why the others cannot work with these models
     * @param seeds the seeds
     * @param notes what else holds for all of them, in parts of sentences: how several teachers work together, how losses are weighed, the
     *         size of a teacher cache
     */
    public record Agenda(Settings settings, Splits data, Summary teacher, Summary student, List<Choice> methods, Map<Choice, String> excluded,
            List<Long> seeds, List<String> notes) {
        /**
         * Whether the classes are of so different sizes that the balanced accuracy tells more than the accuracy.
         *
         * @return true if training or test part are imbalanced, or the settings correct for it
         */
        public boolean isImbalanced() {
            return Plan.isImbalanced(data, settings);
        }
    }

    /** Hears how it goes. */
    public interface Watcher {
        /** Hears nothing. */
        Watcher NONE = new Watcher() {
        };

        /**
         * The teacher is going to be trained; then the epochs are chosen.
         *
         * @param settings the choices
         */
        default void prepared(Settings settings) {
        }

        /**
         * It is known what will be done.
         *
         * @param agenda what will be done
         */
        default void planned(Agenda agenda) {
        }

        /**
         * A training begins.
         *
         * @param who the method, {@code teacher} or {@code student alone}
         * @param seed its seed
         * @param run which training it is, from 1; 0 for the teacher's
         * @param runs of how many
         */
        default void started(String who, long seed, int run, int runs) {
        }

        /**
         * Some more examples are done.
         *
         * @param step where the training stands
         * @param secondsLeft of the whole contest; NaN while nobody knows
         */
        default void advanced(Listener.Step step, double secondsLeft) {
        }

        /**
         * A model is trained and tested.
         *
         * @param who as at its start
         * @param seed its seed
         * @param accuracy on the test set
         * @param seconds how long it took
         */
        default void finished(String who, long seed, double accuracy, double seconds) {
        }

        /**
         * Another training is over.
         *
         * @param soFar what has been found until now
         */
        default void advanced(Standings soFar) {
        }

        /**
         * A method's training broke off, such as by a loss that is not finite; the others go on.
         *
         * @param who the method
         * @param seed its seed
         * @param reason what happened, in a sentence
         */
        default void failed(String who, long seed, String reason) {
        }
    }

    private final long start = System.nanoTime();
    private final Workbench bench;
    private final TeacherCache cache;
    private final Lineup lineup;
    private final double budgetSeconds;
    private final Watcher watcher;
    private final Map<Choice, String> excluded = new LinkedHashMap<>();
    private final List<Entrant> entrants = new ArrayList<>();
    private final List<Long> seeds;
    private double testSeconds;
    private int runs;
    private Settings settings;
    private List<Module> teachers = List.of();

    private Contest(Settings given, double minutes, Watcher watcher, Listener downloads) {
        // Each method teaches the student directly, once.
        settings = given.with(Setting.ASSISTANTS, "").with(Setting.GENERATIONS, "1").with(Setting.GENERATION_ENSEMBLE, "no");
        this.watcher = watcher;
        bench = new Workbench(settings, downloads);
        cache = new TeacherCache(bench);
        lineup = Lineup.of(settings);
        budgetSeconds = minutes > 0 ? 60 * minutes : Double.POSITIVE_INFINITY;
        long first = Long.parseLong(settings.text(Setting.SEED));
        seeds = LongStream.range(0, settings.count(Setting.SEEDS)).mapToObj(i -> first + i).toList();
    }

    /**
     * Runs a contest.
     *
     * @param settings the choices; {@link Setting#METHOD} is not looked at, nor are those about assistants and generations
     * @param methods who takes part
     * @param minutes the time for all of it, by which the epochs are chosen; at most those of the settings. 0 for no limit
     * @param watcher hears how it goes
     * @return the methods in the order of their gains
     * @throws IllegalArgumentException in one sentence, if the settings do not go together or no method can work with these models
     * @throws limbeck.distill.data.DataException if the data cannot be had
     */
    public static Standings run(Settings settings, List<Choice> methods, double minutes, Watcher watcher) {
        return run(settings, methods, minutes, watcher, Listener.NONE);
    }

    /**
     * Runs a contest and tells of downloads.
     *
     * @param settings the choices
     * @param methods who takes part
     * @param minutes the time for all of it; 0 for no limit
     * @param watcher hears how it goes
     * @param downloads hears of the data's arrival
     * @return the methods in the order of their gains
     */
    public static Standings run(Settings settings, List<Choice> methods, double minutes, Watcher watcher, Listener downloads) {
        var contest = new Contest(settings, minutes, watcher, downloads);
        try (contest.cache) {
            return contest.run(methods);
        }
    }

    private Standings run(List<Choice> methods) {
        bench.check(true);
        var caches = new CachePlan(bench);
        entrants.add(new Entrant(null));
        for (Choice choice : methods) {
            try {
                caches.add(teaching(choice).outline().caches());
                entrants.add(new Entrant(choice));
            } catch (IllegalArgumentException e) {
                excluded.put(choice, e.getMessage().replaceFirst("^(method )?" + choice.method().name() + ": ", ""));
            }
        }
        requireSome();
        cache.prepare();
        watcher.prepared(settings);
        Evaluation taught = teach();
        chooseEpochs();
        requireSome();
        Agenda agenda = agenda(caches);
        watcher.planned(agenda);
        Entrant alone = entrants.getFirst();
        for (long seed : seeds) {
            for (Entrant entrant : entrants) {
                // At least the first student alone is always trained: there is no gain without it.
                if (alone.hasRun() && elapsed() + trainingSeconds(entrant) > budgetSeconds) {
                    continue;
                }
                attempt(entrant, seed).ifPresent(evaluation -> entrant.judged(seed, evaluation, alone));
                watcher.advanced(standings(agenda, taught));
            }
        }
        return standings(agenda, taught);
    }

    private Standings standings(Agenda agenda, Evaluation taught) {
        var standings = new ArrayList<Standing>();
        entrants.stream().skip(1).forEach(entrant -> standings.add(entrant.standing(seeds.size())));
        standings.sort(Comparator.comparingDouble((Standing standing) -> standing.ran() ? -standing.gain().mean() : 1e9));
        excluded.forEach((choice, reason) -> standings.add(new Standing(choice, Spread.of(), Spread.of(), Spread.of(), Double.NaN, reason)));
        Entrant alone = entrants.getFirst();
        return new Standings(agenda, taught.accuracy(), taught.balancedAccuracy(), alone.accuracy(), alone.balancedAccuracy(),
                1000 * alone.stepSeconds(), standings, elapsed());
    }

    private void requireSome() {
        if (entrants.size() == 1) {
            throw new IllegalArgumentException("compare: no method can work with these models; "
                    + excluded.entrySet().stream().map(one -> one.getKey() + ": " + one.getValue()).findFirst().orElse("none was named"));
        }
    }

    private double elapsed() {
        return (System.nanoTime() - start) * 1e-9;
    }

    private Teaching teaching(Choice choice) {
        return new Teaching(bench.with(choice == null ? settings : settings.with(Setting.METHOD, choice.toString())), cache::of);
    }

    private Agenda agenda(CachePlan caches) {
        var notes = new ArrayList<String>();
        if (teachers.size() > 1) {
            notes.add(teachers.size() + " teachers: " + new Faculty(settings, bench.device()).inWords());
        }
        CurriculumText.balance(settings).ifPresent(notes::add);
        CurriculumText.held(settings).ifPresent(notes::add);
        notes.addAll(caches.notes());
        var example = bench.data().train().shape().prepend(1);
        return new Agenda(settings, bench.data(), Summary.of(new Faculty(settings, bench.device()).voice(teachers), example),
                Summary.of(bench.student(Key.of(seeds.getFirst())), example), entrants.stream().skip(1).map(Entrant::choice).toList(),
                excluded, seeds, notes);
    }

    /** Reads or trains the teachers, who are the same for all. */
    private Evaluation teach() {
        long seed = seeds.getFirst();
        long begin = System.nanoTime();
        watcher.started("teacher", seed, 0, 0);
        var models = new ArrayList<Module>();
        for (int i = 0; i < lineup.teachers().size(); i++) {
            models.add(lineup.isRead() ? bench.read(lineup.teachers().get(i), lineup.files().get(i))
                    : trainTeacher(lineup.teacher(i), lineup.teachers().get(i), seed, Lineup.key(Key.of(seed), i)));
        }
        teachers = List.copyOf(models);
        Evaluation evaluation = bench.test(new Faculty(settings, bench.device()).voice(teachers), done -> { });
        var trust = new Trust(bench);
        if (trust.isAsked()) {
            trust.require("teacher " + lineup.architecture(Role.TEACHER), evaluation.accuracy());
        }
        watcher.finished("teacher", seed, evaluation.accuracy(), (System.nanoTime() - begin) * 1e-9);
        return evaluation;
    }

    private Module trainTeacher(Role role, String architecture, long seed, Key key) {
        Module teacher = bench.teacher(architecture, key.split("teacher"));
        Curriculum curriculum = teaching(null).alone(role, teacher, settings.count(Setting.TEACHER_EPOCHS));
        fit(role, seed, teacher, curriculum, bench.teacherBatches(key), bench.data().train().size(), 0);
        return teacher;
    }

    /** Times a few steps of everyone, and chooses as many epochs as fit. */
    private void chooseEpochs() {
        long begin = System.nanoTime();
        bench.test(bench.student(Key.of(seeds.getFirst())), done -> { });
        testSeconds = (System.nanoTime() - begin) * 1e-9;
        double epoch = 0;
        for (Entrant entrant : List.copyOf(entrants)) {
            try {
                Loader loader = bench.studentBatches(entrant.role(), Key.of(seeds.getFirst()));
                entrant.tried(trial(entrant, loader));
                epoch += entrant.stepSeconds() * loader.batches() * seeds.size();
            } catch (ArithmeticException | IllegalArgumentException e) {
                exclude(entrant, e);
            }
        }
        if (budgetSeconds < Double.POSITIVE_INFINITY) {
            double tests = testSeconds * entrants.size() * seeds.size();
            double fit = (CAREFUL * (budgetSeconds - elapsed()) - tests) / epoch;
            int most = settings.count(Setting.EPOCHS);
            int epochs = Math.clamp((long) fit, Math.min(LEAST_EPOCHS, most), most);
            settings = settings.with(Setting.EPOCHS, Integer.toString(epochs));
        }
    }

    private void exclude(Entrant entrant, RuntimeException failure) {
        if (entrant.isAlone()) {
            throw failure;
        }
        entrants.remove(entrant);
        excluded.put(entrant.choice(), failure.getMessage());
    }

    private double trial(Entrant entrant, Loader loader) {
        Key key = Key.of(seeds.getFirst());
        Module student = bench.student(key);
        Stage stage = curriculum(entrant, student, key).stages().getLast();
        var distiller = new Distiller(student, stage.recipe(), new OptimizerChoice(settings, Role.STUDENT_DISTILLED).optimizer(stage.trained(),
                stage.epochs()));
        double best = Double.POSITIVE_INFINITY;
        try (Epoch pass = loader.epoch(0)) {
            for (int i = 0; i < TRIAL && pass.hasNext(); i++) {
                try (var _ = Scope.open("trial")) {
                    Batch batch = pass.next();
                    long begin = System.nanoTime();
                    distiller.step(batch, new Progress(i, 0));
                    best = i < TRIAL - COUNTED && pass.hasNext() ? best : Math.min(best, (System.nanoTime() - begin) * 1e-9);
                }
            }
        }
        return best;
    }

    private Curriculum curriculum(Entrant entrant, Module student, Key key) {
        Teaching teaching = teaching(entrant.choice());
        return entrant.isAlone() ? teaching.alone(Role.STUDENT_ALONE, student, settings.count(Setting.EPOCHS))
                : teaching.distilled(new Lineup.Learner(Role.STUDENT_DISTILLED, settings.text(Setting.STUDENT), key), student, teachers);
    }

    /** Empty if the method fails, which is its own loss and not the contest's end. */
    private Optional<Evaluation> attempt(Entrant entrant, long seed) {
        try {
            return Optional.of(train(entrant, seed));
        } catch (ArithmeticException | IllegalArgumentException e) {
            if (entrant.isAlone()) {
                throw e;
            }
            entrant.failed(e.getMessage());
            watcher.failed(entrant.name(), seed, e.getMessage());
            return Optional.empty();
        }
    }

    private Evaluation train(Entrant entrant, long seed) {
        Key key = Key.of(seed);
        long begin = System.nanoTime();
        watcher.started(entrant.name(), seed, ++runs, entrants.size() * seeds.size());
        Module student = bench.student(key);
        Curriculum curriculum = curriculum(entrant, student, key);
        Loader loader = bench.studentBatches(entrant.role(), key);
        double epoch = fit(entrant.role(), seed, student, curriculum, loader, bench.transfer().size(), trainingSeconds(entrant));
        entrant.measured(epoch / loader.batches());
        Evaluation evaluation = bench.test(curriculum.deployed(), done -> { });
        double seconds = (System.nanoTime() - begin) * 1e-9;
        watcher.finished(entrant.name(), seed, evaluation.accuracy(), seconds);
        return evaluation;
    }

    /** Trains; the answer is how many seconds the last epoch took. */
    private double fit(Role role, long seed, Module model, Curriculum curriculum, Loader loader, int examples, double expected) {
        double after = role.isTeacher() ? Double.NaN : secondsAfter(expected);
        Listener steps = new Listener() {
            @Override
            public void advanced(Step step) {
                double part = (step.epoch() - 1 + (double) step.done() / step.examples()) / step.epochs();
                watcher.advanced(step, after + expected * (1 - part));
            }
        };
        return new Training(role, seed, model, curriculum, new OptimizerChoice(settings, role), loader, examples).run(judge(), steps, Keeper.NONE)
                .getLast().seconds();
    }

    /** Tested at the end alone: a test after each epoch would take time and decide nothing. */
    private Training.Judge judge() {
        return new Training.Judge() {
            @Override
            public double accuracy(Module model) {
                return Double.NaN;
            }

            @Override
            public Optional<Evaluation> control(Module model) {
                return bench.control(model);
            }
        };
    }

    /** The seconds that all trainings after the current one take. */
    private double secondsAfter(double current) {
        double all = entrants.stream().mapToDouble(this::trainingSeconds).sum() * seeds.size();
        double done = 0;
        for (int i = 0; i < runs - 1; i++) {
            done += trainingSeconds(entrants.get(i % entrants.size()));
        }
        return Math.max(0, all - done - current);
    }

    private double trainingSeconds(Entrant entrant) {
        int steps = Math.ceilDiv(bench.transfer().size(), settings.count(Setting.BATCH)) * settings.count(Setting.EPOCHS);
        return entrant.stepSeconds() * steps + testSeconds;
    }
}
