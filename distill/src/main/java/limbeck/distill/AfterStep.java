package limbeck.distill;

import limbeck.nn.optim.Progress;

/**
 * What happens after each of the optimizer's steps, without a gradient: a moving average that follows the student, or weights
 * that are pulled toward the teacher's.
 */
@FunctionalInterface
public interface AfterStep {
    /**
     * Does it.
     *
     * @param progress how far training had come when the step began
     */
    void after(Progress progress);
}
