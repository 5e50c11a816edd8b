package limbeck.distill.experiment;

import java.util.List;
import limbeck.nn.Module;

/** Hears how an experiment goes: what draws the progress bars and writes the files. All methods run on the experiment's thread. */
public interface Listener {
    /** Hears nothing. */
    Listener NONE = new Listener() {
    };

    /**
     * The experiment knows what it will do; nothing has been trained.
     *
     * @param plan what it will do
     */
    default void planned(Plan plan) {
    }

    /**
     * A data file arrives.
     *
     * @param file its name
     * @param done bytes that have arrived
     * @param total its size in bytes
     */
    default void downloading(String file, long done, long total) {
    }

    /**
     * A model's training or evaluation begins.
     *
     * @param role which model
     * @param seed its seed
     * @param what such as {@code training} or {@code evaluating}
     */
    default void started(Role role, long seed, String what) {
    }

    /**
     * Some more examples are done.
     *
     * @param step where the current training or evaluation stands
     */
    default void advanced(Step step) {
    }

    /**
     * A training goes on from where an earlier run left it. Comes after {@link #started}, in the place of the steps and epochs that were
     * done by then.
     *
     * @param done what those epochs measured, at least one
     */
    default void resumed(List<EpochReport> done) {
    }

    /**
     * A training step is done. Comes before {@link #advanced}.
     *
     * @param report what it measured
     */
    default void stepped(TrainingStep report) {
    }

    /**
     * An epoch is over.
     *
     * @param report what it measured
     * @param model the model as it now is
     */
    default void epochEnded(EpochReport report, Module model) {
    }

    /**
     * A teacher was found to be better than a linear model.
     *
     * @param role which teacher
     * @param seed its seed
     * @param accuracy its own on the test set
     * @param linear the linear model's
     */
    default void trusted(Role role, long seed, double accuracy, double linear) {
    }

    /**
     * A model is trained and evaluated.
     *
     * @param role which model
     * @param seed its seed
     * @param model the model
     * @param evaluation its logits on the test set
     */
    default void finished(Role role, long seed, Module model, Evaluation evaluation) {
    }

    /**
     * Where a training or evaluation stands.
     *
     * @param epoch the current epoch, from 1; 0 for an evaluation
     * @param epochs of how many
     * @param done examples done in this epoch
     * @param examples of how many
     * @param loss the mean loss so far in this epoch; NaN for an evaluation
     * @param accuracy the fraction right so far in this epoch; NaN for an evaluation
     */
    record Step(int epoch, int epochs, int done, int examples, double loss, double accuracy) {
    }
}
