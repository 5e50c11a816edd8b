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
         * Applies updates.
         *
         * @param changes what to change by which rule
         */
        void update(List<Update.Change<Tensor>> changes);

        /**
         * Makes a tensor fit to be changed.
         *
         * @param tensor the tensor
         * @return it, or a copy
         */
        Tensor own(Tensor tensor);
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
     * A tensor that may be changed: dense in row-major order, alone in its memory, and outside any scope.
     *
     * @param tensor a tensor that nobody else will change
     * @return the tensor itself where it is all that, else a copy: what else lies in a larger memory stays as it is
     */
    public static Tensor own(Tensor tensor) {
        return access.own(tensor);
    }

    /**
     * Changes a tensor by an optimizer's rule.
     *
     * @param rule the rule
     * @param target a dense tensor that the caller owns
     * @param gradient of the same shape, in any layout
     * @param state {@link Update#states} tensors laid out as the target, changed with it
     * @throws IllegalArgumentException if shapes, devices or the number of states differ
     */
    public static void update(Update rule, Tensor target, Tensor gradient, List<Tensor> state) {
        update(List.of(new Update.Change<>(rule, target, gradient, state)));
    }

    /**
     * Changes many tensors at once, each by a rule of its own: in one go over the memory of them all.
     *
     * @param changes what to change; no tensor that is changed may appear twice
     * @throws IllegalArgumentException if shapes, devices or the number of states differ in one of them; nothing has changed then
     */
    public static void update(List<Update.Change<Tensor>> changes) {
        changes.forEach(InPlace::check);
        access.update(changes);
    }

    private static void check(Update.Change<Tensor> change) {
        int states = change.rule().states();
        if (change.state().size() != states) {
            throw new IllegalArgumentException("update: got " + change.state().size() + " running values where the rule keeps " + states);
        }
        requireLike(change.target(), change.gradient(), "gradient");
        for (Tensor running : change.state()) {
            requireLike(change.target(), running, "running value");
        }
    }

    private static void requireLike(Tensor target, Tensor given, String what) {
        if (!given.shape().equals(target.shape()) || given.device() != target.device()) {
            throw new IllegalArgumentException("update: the target is " + target.shape() + " on " + target.device() + ", the " + what + " "
                    + given.shape() + " on " + given.device() + "; both must have one shape and one device");
        }
    }
}
