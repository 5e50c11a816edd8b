package limbeck.tensor.spi;

import java.util.List;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;

/**
 * Changes tensors in place, which {@link Tensor} itself does not offer: they are values to everyone but the parameters
 * and buffers that own them. This package is exported to the modules that hold those, and to no one else.
 */
public final class InPlace {
    private static Access access;

    /** What {@link Tensor} grants this class. */
    public interface Access {
        /**
         * Applies an update.
         *
         * @param rule the rule
         * @param target what it changes
         * @param gradient what it follows
         * @param state its running values
         */
        void update(Update rule, Tensor target, Tensor gradient, List<Tensor> state);
    }

    private InPlace() {
    }

    /**
     * Called once, by {@link Tensor}.
     *
     * @param granted the access
     */
    public static void grant(Access granted) {
        access = granted;
    }

    /**
     * Changes a tensor by an optimizer's rule.
     *
     * @param rule the rule
     * @param target a dense tensor that the caller owns
     * @param gradient of the same shape, in any layout
     * @param state {@link Update#states} tensors laid out as the target, changed with it
     * @throws IllegalArgumentException if shapes or the number of states differ
     */
    public static void update(Update rule, Tensor target, Tensor gradient, List<Tensor> state) {
        if (!target.shape().equals(gradient.shape()) || state.size() != rule.states()) {
            throw new IllegalArgumentException("update: the target is " + target.shape() + ", the gradient " + gradient.shape()
                    + ", with " + state.size() + " running values where the rule keeps " + rule.states());
        }
        access.update(rule, target, gradient, state);
    }
}
