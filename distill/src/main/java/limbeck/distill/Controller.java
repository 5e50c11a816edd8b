package limbeck.distill;

import java.util.Map;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Shape;

/**
 * A schedule that listens to training: a temperature that follows the teacher's predictions, a weight that follows the gradients, a
 * learning rate that falls where the loss has stopped falling. Wherever a {@link Schedule} stands there can be one of these; a
 * {@link Recipe} that knows it by name reports its number with each step and tells it what happens, in this order: {@link #seen},
 * {@link #at}, {@link #measured}, {@link #stepped}, and after an epoch {@link #validated}.
 *
 * <p>Between a step's {@link #seen} and its {@link #measured} the number does not change.
 */
public interface Controller extends Schedule {
    /**
     * Checks the shapes of a dry run before the first step, so that what it cannot listen to is said at once.
     *
     * @param student shapes of what the student shows
     * @param teacher shapes of what the teacher shows; its logits are null where there is no teacher
     * @throws IllegalArgumentException in one sentence
     */
    default void check(Views<Shape> student, Views<Shape> teacher) {
    }

    /**
     * Both models have looked at a batch; no loss has been computed.
     *
     * @param moment what they showed
     */
    default void seen(Moment moment) {
    }

    /**
     * The losses of a step are computed, their gradients are not.
     *
     * @param losses each term's own loss, unweighted, by its name in the recipe's order
     * @param tape where they were recorded; {@link Tape#gradients} leaves it usable
     */
    default void measured(Map<String, Variable> losses, Tape tape) {
    }

    /**
     * A step is done.
     *
     * @param report what it measured
     */
    default void stepped(StepReport report) {
    }

    /**
     * An epoch is over and the student was judged, by held-out examples where there are some, else by its epoch of training.
     *
     * @param loss its mean cross-entropy with the labels
     * @param accuracy the fraction right, from 0 to 1
     */
    default void validated(double loss, double accuracy) {
    }

    /**
     * What has to be kept for a training that is resumed.
     *
     * @return numbers whose order and count are the controller's own affair
     */
    double[] state();

    /**
     * Goes on from kept numbers.
     *
     * @param state what {@link #state} gave
     * @throws IllegalArgumentException if they cannot be of such a controller
     */
    void restore(double[] state);
}
