package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Stage;
import limbeck.distill.StepReport;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.distill.method.Curriculum;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Scope;

/**
 * The loop around {@link Distiller#step}: epochs, averages, reports.
 *
 * @param role whose training it is, for the reports
 * @param seed its seed, for the reports
 * @param model what learns
 * @param curriculum by which stages, and what model they make of it
 * @param rule makes each stage's optimizer
 * @param loader the batches
 * @param examples how many examples an epoch has
 */
record Training(Role role, long seed, Module model, Curriculum curriculum, OptimizerChoice rule, Loader loader, int examples) {
    /** Means over an epoch, weighted by the batches' sizes. */
    private static final class Means {
        private final Map<String, Double> sums = new LinkedHashMap<>();
        private double total;
        private int correct;
        private int examples;

        void add(StepReport step) {
            total += step.total() * step.examples();
            step.losses().forEach((name, loss) -> sums.merge(name, loss * step.examples(), Double::sum));
            correct += step.correct();
            examples += step.examples();
        }

        double loss() {
            return total / examples;
        }

        double accuracy() {
            return (double) correct / examples;
        }

        Map<String, Double> losses() {
            var means = new LinkedHashMap<String, Double>();
            sums.forEach((name, sum) -> means.put(name, sum / examples));
            return means;
        }
    }

    /** What tests the model after each epoch. */
    interface Test {
        double accuracy(Module model);
    }

    /** Trains one stage after the other; their epochs are counted together. */
    List<EpochReport> run(Test test, Listener listener) {
        var reports = new ArrayList<EpochReport>();
        for (Stage stage : curriculum.stages()) {
            run(stage, reports, test, listener);
        }
        return reports;
    }

    private void run(Stage stage, List<EpochReport> reports, Test test, Listener listener) {
        var distiller = new Distiller(model, stage.recipe(), rule.optimizer(stage.trained(), stage.epochs()));
        Schedule rate = rule.rate(stage.epochs());
        int before = reports.size();
        int batches = loader.batches();
        long step = 0;
        for (int epoch = 0; epoch < stage.epochs(); epoch++) {
            long start = System.nanoTime();
            var means = new Means();
            var progress = new Progress(step, epoch);
            try (Epoch pass = loader.epoch(before + epoch)) {
                while (pass.hasNext()) {
                    progress = new Progress(step, epoch + (double) (step % batches) / batches);
                    try (var _ = Scope.open("batch")) {
                        Batch batch = pass.next();
                        means.add(distiller.step(batch, progress));
                    }
                    step++;
                    listener.advanced(new Listener.Step(before + epoch + 1, rule.epochs(), means.examples, examples, means.loss(),
                            means.accuracy()));
                }
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            var report = new EpochReport(role, seed, before + epoch + 1, rate.at(progress), means.loss(), means.losses(), means.accuracy(),
                    test.accuracy(curriculum.deployed()), seconds);
            reports.add(report);
            listener.epochEnded(report, curriculum.deployed());
        }
    }
}
