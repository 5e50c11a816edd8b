package limbeck.distill.experiment;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import limbeck.tensor.Tensor;

/**
 * Keeps each training as it stands after an epoch, and knows how it stood when an earlier run of the same settings ended: what makes a
 * run that was killed go on as if it had never stopped. A run's trainings always come in the same order, which is all that tells them
 * apart.
 */
public interface Keeper {
    /** Keeps nothing, knows nothing. */
    Keeper NONE = new Keeper() {
        @Override
        public Optional<Kept> begin() {
            return Optional.empty();
        }

        @Override
        public void keep(Kept kept) {
        }
    };

    /**
     * A training after an epoch.
     *
     * @param role whose training it is
     * @param seed its seed
     * @param reports its epochs so far, at least one
     * @param finished whether that was the last one
     * @param state all that the epochs to come follow from; of a finished training the model that is used in the end
     */
    record Kept(Role role, long seed, List<EpochReport> reports, boolean finished, Map<String, Tensor> state) {
        /** Copies the list. */
        public Kept {
            reports = List.copyOf(reports);
        }
    }

    /**
     * The run's next training begins.
     *
     * @return how it stood when it was last kept; its tensors belong to the caller's scope. Empty if it is to begin at its start
     */
    Optional<Kept> begin();

    /**
     * An epoch of the training that was last begun is over, and its listeners have heard of it.
     *
     * @param kept the training; the next step changes its tensors
     */
    void keep(Kept kept);
}
