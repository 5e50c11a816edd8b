package limbeck.distill.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Recipe;
import limbeck.distill.StepReport;
import limbeck.distill.data.Epoch;
import limbeck.distill.data.Loader;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Scope;

/**
 * The loop around {@link Distiller#step}: epochs, averages, reports.
 *
 * @param role whose training it is, for the reports
 * @param seed its seed, for the reports
 * @param model what learns
 * @param recipe whom from and by which losses
 * @param optimizer follows the gradients
 * @param rate the optimizer's learning rate, for the reports
 * @param loader the batches
 * @param examples how many examples an epoch has
 * @param epochs how many epochs
 */
record Training(Role role, long seed, Module model, Recipe recipe, Optimizer optimizer, Schedule rate, Loader loader, int examples,
        int epochs) {
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

    List<EpochReport> run(Test test, Listener listener) {
        var distiller = new Distiller(model, recipe, optimizer);
        var reports = new ArrayList<EpochReport>();
        int batches = loader.batches();
        long step = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            long start = System.nanoTime();
            var means = new Means();
            var progress = new Progress(step, epoch);
            try (Epoch pass = loader.epoch(epoch)) {
                while (pass.hasNext()) {
                    progress = new Progress(step, epoch + (double) (step % batches) / batches);
                    try (var _ = Scope.open("batch")) {
                        Batch batch = pass.next();
                        means.add(distiller.step(batch, progress));
                    }
                    step++;
                    listener.advanced(new Listener.Step(epoch + 1, epochs, means.examples, examples, means.loss(), means.accuracy()));
                }
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            var report = new EpochReport(role, seed, epoch + 1, rate.at(progress), means.loss(), means.losses(), means.accuracy(),
                    test.accuracy(model), seconds);
            reports.add(report);
            listener.epochEnded(report, model);
        }
        return reports;
    }

    /** What an optimizer for this recipe has to change. */
    static List<Parameter> parameters(Module model, Recipe recipe) {
        var all = new ArrayList<>(model.parameters().values());
        all.addAll(recipe.parameters());
        return all;
    }
}
