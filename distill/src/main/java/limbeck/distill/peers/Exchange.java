package limbeck.distill.peers;

import java.util.List;
import limbeck.autograd.Variable;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Tensor;

/** What students that learn at the same time learn from each other. */
@FunctionalInterface
public interface Exchange {
    /**
     * What one of them learns from the others, beside the labels.
     *
     * @param progress how far training has come
     * @param member whose loss it is, counted from 0; 0 is the student that is kept
     * @param own its logits (N, classes), on its tape
     * @param all everybody's logits, its own among them, as constants
     * @param labels I32 (N)
     * @return a scalar, averaged over the batch
     */
    Variable loss(Progress progress, int member, Variable own, List<Tensor> all, Tensor labels);

    /**
     * Whether every example needs a label.
     *
     * @return false unless it says otherwise
     */
    default boolean needsLabels() {
        return false;
    }
}
