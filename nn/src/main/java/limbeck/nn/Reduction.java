package limbeck.nn;

import limbeck.tensor.TensorOps;

/** How the losses of single examples (or elements) become the loss of a batch. One enum serves every loss. */
public enum Reduction {
    /** The mean over the batch and all positions: the usual choice, whose gradient does not grow with the batch. */
    MEAN,
    /** The sum. */
    SUM,
    /** No reduction: one loss for each example and position. */
    NONE;

    /**
     * Reduces losses.
     *
     * @param <T> tensors or variables
     * @param losses one for each example and position
     * @return a scalar for MEAN and SUM, the losses themselves for NONE
     */
    public <T extends TensorOps<T>> T of(T losses) {
        return switch (this) {
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }
}
