package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Stateful;
import limbeck.distill.StepReport;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.method.Curriculum;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Scope;

/**
 * The loop around {@link Distiller#step}: epochs, averages, reports. After each epoch the training is kept; one that an earlier run has
 * kept goes on from there.
 */
final class Training {
    /** What the learning rate is called among a recipe's numbers. */
    static final String RATE = "lr";

    private final Role role;
    private final long seed;
    private final Module model;
    private final Curriculum curriculum;
    private final OptimizerChoice rule;
    private final Loader loader;
    private final int examples;
    private final List<Leg> legs = new ArrayList<>();
    private final TrainingState state;
    private final List<EpochReport> reports = new ArrayList<>();

    /** A stage as it is run: its recipe knows the learning rate, and its epochs are counted on from those before. */
    private record Leg(Stage stage, Recipe recipe, Schedule rate, int before) {
        int end() {
            return before + stage.epochs();
        }
    }

    /** What judges the model after each epoch. */
    interface Judge {
        /** The fraction of the test set that is right. */
        double accuracy(Module model);

        /** On the examples that controllers listen to; empty if there are none, so that the epoch itself has to do. */
        default Optional<Evaluation> control(Module model) {
            return Optional.empty();
        }
    }

    /**
     * A training that may begin.
     *
     * @param role whose training it is, for the reports
     * @param seed its seed, for the reports
     * @param model what learns
     * @param curriculum by which stages, and what model they make of it
     * @param rule makes each stage's optimizer
     * @param loader the batches
     * @param examples how many examples an epoch has
     */
    Training(Role role, long seed, Module model, Curriculum curriculum, OptimizerChoice rule, Loader loader, int examples) {
        this.role = role;
        this.seed = seed;
        this.model = model;
        this.curriculum = curriculum;
        this.rule = rule;
        this.loader = loader;
        this.examples = examples;
        int before = 0;
        for (Stage stage : curriculum.stages()) {
            // One schedule for the optimizer, the reports and the state: a rate may listen to training.
            Schedule rate = rule.rate(stage);
            legs.add(new Leg(stage, stage.recipe().with(RATE, rate), rate, before));
            before += stage.epochs();
        }
        state = new TrainingState(model, curriculum, legs.stream().map(Leg::recipe).toList());
    }

    /** Trains one stage after the other; their epochs are counted together. Once. */
    List<EpochReport> run(Judge judge, Listener listener, Keeper keeper) {
        Optimizer begun = resume(listener, keeper);
        int done = reports.size();
        for (Leg leg : legs) {
            if (leg.end() > done) {
                boolean within = leg.before() < done;
                run(leg, within ? begun : optimizer(leg), judge, listener, keeper);
            }
        }
        return List.copyOf(reports);
    }

    private Optimizer optimizer(Leg leg) {
        return rule.optimizer(leg.stage().trained(), leg.rate());
    }

    /** The answer is the optimizer of the stage that was broken off; null if none was. */
    private Optimizer resume(Listener listener, Keeper keeper) {
        try (var _ = Scope.open("resuming a training")) {
            Optional<Keeper.Kept> found = keeper.begin();
            if (found.isEmpty()) {
                return null;
            }
            Keeper.Kept kept = found.get();
            int done = kept.reports().size();
            if (!kept.role().equals(role) || kept.seed() != seed || done > legs.getLast().end()) {
                throw new IllegalArgumentException("resume: kept are " + done + " epochs of the " + kept.role().title() + " of seed "
                        + kept.seed() + ", but what comes here are " + legs.getLast().end() + " of the " + role.title() + " of seed " + seed
                        + "; was it the same run?");
            }
            reports.addAll(kept.reports());
            Optimizer begun = null;
            if (kept.finished()) {
                Stateful.of(curriculum.deployed()).restore(kept.state());
            } else {
                begun = legs.stream().filter(leg -> leg.before() < done && done < leg.end()).findFirst().map(this::optimizer).orElse(null);
                state.restore(kept.state(), begun);
            }
            listener.resumed(kept.reports());
            return begun;
        }
    }

    private void run(Leg leg, Optimizer optimizer, Judge judge, Listener listener, Keeper keeper) {
        var distiller = new Distiller(model, leg.recipe(), optimizer);
        int batches = loader.batches();
        for (int epoch = reports.size() - leg.before(); epoch < leg.stage().epochs(); epoch++) {
            int number = leg.before() + epoch;
            long start = System.nanoTime();
            var means = new EpochMeans();
            try (Epoch pass = loader.epoch(number)) {
                for (int i = 0; pass.hasNext(); i++) {
                    int counted = leg.stage().begun() + epoch;
                    var progress = new Progress((long) counted * batches + i, counted + (double) i / batches);
                    try (var _ = Scope.open("batch")) {
                        Batch batch = pass.next();
                        StepReport report = distiller.step(batch, progress);
                        means.add(report);
                        listener.stepped(step(leg, number + 1, (long) number * batches + i + 1, report));
                    }
                    listener.advanced(new Listener.Step(number + 1, rule.epochs(), means.examples(), examples, means.loss(), means.accuracy()));
                }
            }
            validate(leg, judge, means);
            double seconds = (System.nanoTime() - start) * 1e-9;
            var values = new LinkedHashMap<>(means.values());
            double rate = values.remove(RATE);
            reports.add(new EpochReport(role, seed, number + 1, rate, means.loss(), means.losses(), values, means.accuracy(),
                    judge.accuracy(curriculum.deployed()), seconds));
            listener.epochEnded(reports.getLast(), curriculum.deployed());
            keep(optimizer, keeper);
        }
    }

    private TrainingStep step(Leg leg, int epoch, long step, StepReport report) {
        var values = new LinkedHashMap<>(report.values());
        double rate = values.remove(RATE);
        return new TrainingStep(role, seed, leg.stage().name(), epoch, step, rate,
                new StepReport(report.total(), report.losses(), values, report.score(), report.examples()));
    }

    private void validate(Leg leg, Judge judge, EpochMeans means) {
        if (!leg.recipe().controllers().isEmpty()) {
            // They are held out from the students alone.
            Optional<Evaluation> held = role.isTeacher() ? Optional.empty() : judge.control(curriculum.deployed());
            double loss = held.map(Evaluation::crossEntropy).orElseGet(means::labels);
            double accuracy = held.map(Evaluation::accuracy).orElseGet(means::accuracy);
            leg.recipe().controllers().forEach(controller -> controller.validated(loss, accuracy));
        }
    }

    private void keep(Optimizer optimizer, Keeper keeper) {
        if (keeper == Keeper.NONE) {
            return;
        }
        boolean finished = reports.size() == legs.getLast().end();
        try (var _ = Scope.open("keeping a training")) {
            keeper.keep(new Keeper.Kept(role, seed, reports, finished,
                    finished ? Stateful.of(curriculum.deployed()).state() : state.of(optimizer)));
        }
    }
}
