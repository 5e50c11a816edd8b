package limbeck.distill.teachers;

import limbeck.tensor.Tensor;

/** How much each teacher of an {@link Ensemble} counts. */
public interface Weights {
    /**
     * The weights for a batch.
     *
     * @param logits what the teachers say, (K, N, C)
     * @return numbers of 0 or more that add up to 1 over the teachers: (K, 1, 1), or (K, N, 1) where each example has its own
     */
    Tensor of(Tensor logits);

    /**
     * Hears what a training step is taught by; not called in dry runs.
     *
     * @param logits what the teachers say, (K, N, C)
     * @param targets the labels
     * @param mixture how they are mixed
     */
    default void taught(Tensor logits, Tensor targets, Mixture mixture) {
    }

    /**
     * Checks that they are for so many teachers.
     *
     * @param teachers how many there are
     * @throws IllegalArgumentException if there is another number of weights
     */
    default void check(int teachers) {
    }
}
