package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
     */
    public record Agenda(Settings settings, Splits data, Summary teacher, Summary student, List<Choice> methods, Map<Choice, String> excluded,
            List<Long> seeds) {
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

    /** A method, or none, with what is known about it. */
    private static final class Entrant {
        private final Choice choice;
        private final List<Double> accuracies = new ArrayList<>();
        private final List<Double> gains = new ArrayList<>();
        private double trialSeconds;
        private double measuredSeconds = Double.POSITIVE_INFINITY;
        private int failures;
        private String failure = "";

        Entrant(Choice choice) {
            this.choice = choice;
        }

        /** By the trainings, once there was one: the code that a trial runs is not compiled yet. */
        double stepSeconds() {
            return Double.isInfinite(measuredSeconds) ? trialSeconds : measuredSeconds;
        }

        String name() {
            return choice == null ? "student alone" : choice.toString();
        }
    }

    private final long start = System.nanoTime();
    private final Workbench bench;
    private final double budgetSeconds;
    private final Watcher watcher;
    private final Map<Choice, String> excluded = new LinkedHashMap<>();
    private final List<Entrant> entrants = new ArrayList<>();
    private final List<Long> seeds;
    private double testSeconds;
    private int runs;
    private Settings settings;
    private Module teacher;

    private Contest(Settings settings, double minutes, Watcher watcher, Listener downloads) {
        this.settings = settings;
        this.watcher = watcher;
        bench = new Workbench(settings, downloads);
        budgetSeconds = minutes > 0 ? 60 * minutes : Double.POSITIVE_INFINITY;
        long first = Long.parseLong(settings.text(Setting.SEED));
        seeds = LongStream.range(0, settings.count(Setting.SEEDS)).mapToObj(i -> first + i).toList();
    }

    /**
     * Runs a contest.
     *
     * @param settings the choices; {@link Setting#METHOD} is not looked at
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
        return new Contest(settings, minutes, watcher, downloads).run(methods);
    }

    private Standings run(List<Choice> methods) {
        bench.checkAugmentations(true);
        entrants.add(new Entrant(null));
        for (Choice choice : methods) {
            try {
                teaching(choice).outline();
                entrants.add(new Entrant(choice));
            } catch (IllegalArgumentException e) {
                excluded.put(choice, e.getMessage().replaceFirst("^(method )?" + choice.method().name() + ": ", ""));
            }
        }
        requireSome();
        watcher.prepared(settings);
        double taught = teach();
        chooseEpochs();
        requireSome();
        Agenda agenda = agenda();
        watcher.planned(agenda);
        Map<Long, Double> alone = new LinkedHashMap<>();
        for (long seed : seeds) {
            for (Entrant entrant : entrants) {
                // At least the first student alone is always trained: there is no gain without it.
                if (!alone.isEmpty() && elapsed() + trainingSeconds(entrant) > budgetSeconds) {
                    continue;
                }
                double accuracy = attempt(entrant, seed);
                if (!Double.isNaN(accuracy)) {
                    if (entrant.choice == null) {
                        alone.put(seed, accuracy);
                    } else if (alone.containsKey(seed)) {
                        entrant.gains.add(accuracy - alone.get(seed));
                    }
                    entrant.accuracies.add(accuracy);
                }
                watcher.advanced(standings(agenda, taught));
            }
        }
        return standings(agenda, taught);
    }

    private Standings standings(Agenda agenda, double taught) {
        var standings = new ArrayList<Standing>();
        entrants.stream().skip(1).forEach(entrant -> standings.add(new Standing(entrant.choice, new Spread(entrant.accuracies),
                new Spread(entrant.gains), 1000 * entrant.stepSeconds(), shortfall(entrant))));
        standings.sort(Comparator.comparingDouble((Standing standing) -> standing.ran() ? -standing.gain().mean() : 1e9));
        excluded.forEach((choice, reason) -> standings.add(new Standing(choice, Spread.of(), Spread.of(), Double.NaN, reason)));
        return new Standings(agenda, taught, new Spread(entrants.getFirst().accuracies), 1000 * entrants.getFirst().stepSeconds(), standings,
                elapsed());
    }

    private void requireSome() {
        if (entrants.size() == 1) {
            throw new IllegalArgumentException("compare: no method can work with these models; "
                    + excluded.entrySet().stream().map(one -> one.getKey() + ": " + one.getValue()).findFirst().orElse("none was named"));
        }
    }

    private String shortfall(Entrant entrant) {
        int missing = seeds.size() - entrant.accuracies.size() - entrant.failures;
        String late = missing == 0 ? "" : "the budget was over before " + missing + " of " + seeds.size() + " seeds";
        String failed = entrant.failures == 0 ? "" : "failed with " + entrant.failures + " of " + seeds.size() + " seeds, " + entrant.failure;
        return failed + (failed.isEmpty() || late.isEmpty() ? "" : "; ") + late;
    }

    private double elapsed() {
        return (System.nanoTime() - start) * 1e-9;
    }

    private Teaching teaching(Choice choice) {
        return new Teaching(bench.with(choice == null ? settings : settings.with(Setting.METHOD, choice.toString())));
    }

    private Agenda agenda() {
        var example = bench.data().train().shape().prepend(1);
        return new Agenda(settings, bench.data(), Summary.of(teacher, example), Summary.of(bench.student(Key.of(seeds.getFirst())), example),
                entrants.stream().skip(1).map(entrant -> entrant.choice).toList(), excluded, seeds);
    }

    /** Reads or trains the one teacher. */
    private double teach() {
        long seed = seeds.getFirst();
        long begin = System.nanoTime();
        watcher.started("teacher", seed, 0, 0);
        if (!settings.text(Setting.TEACHER_WEIGHTS).isEmpty()) {
            teacher = bench.loadTeacher(seed);
        } else {
            Key key = Key.of(seed);
            teacher = bench.build(Setting.TEACHER, key.split("teacher"));
            Curriculum curriculum = teaching(null).alone(teacher, settings.count(Setting.TEACHER_EPOCHS));
            fit(Role.TEACHER, seed, teacher, curriculum, bench.teacherBatches(key), bench.data().train().size(), 0);
        }
        double accuracy = bench.test(teacher, done -> { }).accuracy();
        watcher.finished("teacher", seed, accuracy, (System.nanoTime() - begin) * 1e-9);
        return accuracy;
    }

    /** Times a few steps of everyone, and chooses as many epochs as fit. */
    private void chooseEpochs() {
        Loader loader = bench.studentBatches(Key.of(seeds.getFirst()));
        long begin = System.nanoTime();
        bench.test(bench.student(Key.of(seeds.getFirst())), done -> { });
        testSeconds = (System.nanoTime() - begin) * 1e-9;
        double epoch = 0;
        for (Entrant entrant : List.copyOf(entrants)) {
            try {
                entrant.trialSeconds = trial(entrant, loader);
                epoch += entrant.trialSeconds * loader.batches() * seeds.size();
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
        if (entrant.choice == null) {
            throw failure;
        }
        entrants.remove(entrant);
        excluded.put(entrant.choice, failure.getMessage());
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
        Teaching teaching = teaching(entrant.choice);
        return entrant.choice == null ? teaching.alone(student, settings.count(Setting.EPOCHS)) : teaching.distilled(student, teacher, key);
    }

    /** NaN if the method fails, which is its own loss and not the contest's end. */
    private double attempt(Entrant entrant, long seed) {
        try {
            return train(entrant, seed);
        } catch (ArithmeticException | IllegalArgumentException e) {
            if (entrant.choice == null) {
                throw e;
            }
            entrant.failures++;
            entrant.failure = e.getMessage();
            watcher.failed(entrant.name(), seed, e.getMessage());
            return Double.NaN;
        }
    }

    private double train(Entrant entrant, long seed) {
        Key key = Key.of(seed);
        long begin = System.nanoTime();
        watcher.started(entrant.name(), seed, ++runs, entrants.size() * seeds.size());
        Module student = bench.student(key);
        Curriculum curriculum = curriculum(entrant, student, key);
        Loader loader = bench.studentBatches(key);
        double epoch = fit(entrant.choice == null ? Role.STUDENT_ALONE : Role.STUDENT_DISTILLED, seed, student, curriculum, loader,
                bench.transfer().size(), trainingSeconds(entrant));
        entrant.measuredSeconds = Math.min(entrant.measuredSeconds, epoch / loader.batches());
        double accuracy = bench.test(curriculum.deployed(), done -> { }).accuracy();
        double seconds = (System.nanoTime() - begin) * 1e-9;
        watcher.finished(entrant.name(), seed, accuracy, seconds);
        return accuracy;
    }

    /** Trains; the answer is how many seconds the last epoch took. */
    private double fit(Role role, long seed, Module model, Curriculum curriculum, Loader loader, int examples, double expected) {
        double after = role == Role.TEACHER ? Double.NaN : secondsAfter(expected);
        Listener steps = new Listener() {
            @Override
            public void advanced(Step step) {
                double part = (step.epoch() - 1 + (double) step.done() / step.examples()) / step.epochs();
                watcher.advanced(step, after + expected * (1 - part));
            }
        };
        // Tested at the end alone: a test after each epoch would take time and decide nothing.
        return new Training(role, seed, model, curriculum, new OptimizerChoice(settings, role), loader, examples).run(_ -> Double.NaN, steps)
                .getLast().seconds();
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
