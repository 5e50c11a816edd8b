package limbeck.distill.cli;

import java.util.List;
import java.util.function.Consumer;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Evaluation;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.TrainingStep;
import limbeck.nn.Module;

/**
 * Several listeners as one.
 *
 * @param listeners in the order in which they hear
 */
record Fan(List<Listener> listeners) implements Listener {
    @Override
    public void planned(Plan plan) {
        all(listener -> listener.planned(plan));
    }

    @Override
    public void downloading(String file, long done, long total) {
        all(listener -> listener.downloading(file, done, total));
    }

    @Override
    public void started(Role role, long seed, String what) {
        all(listener -> listener.started(role, seed, what));
    }

    @Override
    public void advanced(Step step) {
        all(listener -> listener.advanced(step));
    }

    @Override
    public void resumed(List<EpochReport> done) {
        all(listener -> listener.resumed(done));
    }

    @Override
    public void stepped(TrainingStep report) {
        all(listener -> listener.stepped(report));
    }

    @Override
    public void epochEnded(EpochReport report, Module model) {
        all(listener -> listener.epochEnded(report, model));
    }

    @Override
    public void trusted(Role role, long seed, double accuracy, double linear) {
        all(listener -> listener.trusted(role, seed, accuracy, linear));
    }

    @Override
    public void finished(Role role, long seed, Module model, Evaluation evaluation) {
        all(listener -> listener.finished(role, seed, model, evaluation));
    }

    private void all(Consumer<Listener> call) {
        listeners.forEach(call);
    }
}
