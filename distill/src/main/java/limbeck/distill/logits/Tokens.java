package limbeck.distill.logits;

import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Tensor;

/**
 * The mean over what counts: all examples of a classifier, and of sequences the positions whose target is a token. A negative target
 * marks padding. The mask is made of the targets, since padding in the inputs may be a token like any other.
 */
final class Tokens {
    private Tokens() {
    }

    /** The sum over the positions that count, divided once by how many they are; 0 where none counts. */
    static Variable mean(Variable positions, Tensor targets) {
        // Of a classifier's examples (N) a negative target is one without a label, which can be learned from all the same.
        boolean padded = positions.shape().rank() > 1 && targets != null && targets.dtype() == DType.I32
                && targets.shape().equals(positions.shape());
        if (!padded) {
            return positions.mean();
        }
        Tensor valid = targets.ge(0);
        Tensor count = valid.to(positions.dtype()).sum().clamp(1, Double.POSITIVE_INFINITY);
        Variable nothing = Variable.of(positions.device().full(0, positions.shape()));
        return Variable.of(valid).where(positions, nothing).sum().div(Variable.of(count));
    }
}
