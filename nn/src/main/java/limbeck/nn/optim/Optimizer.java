package limbeck.nn.optim;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Tensor;

/**
 * Changes parameters so that a loss falls.
 *
 * {@snippet :
 * Optimizer optimizer = Sgd.of(parameters, Schedule.cosine(0.1, 0, Schedule.epochs(200)), 0.9, 5e-4);
 * for (long step = 0; step < steps; step++) {
 *     try (var scope = Scope.open("training step")) {
 *         Tape tape = new Tape();
 *         Variable loss = tape.record(() -> loss(step));
 *         optimizer.step(tape.backward(loss), Progress.of(step, stepsPerEpoch));
 *     }
 * }
 * }
 *
 * An optimizer's own tensors belong to no scope. They can be saved and read back, so that a training that is resumed goes
 * on as if it had never stopped.
 */
public interface Optimizer {
    /**
     * Does one step. Parameters without a gradient are left as they are; a gradient that is not a number is not looked for.
     *
     * @param gradients the gradients of the loss
     * @param progress how far the training has come, for the learning rate
     */
    void step(Gradients gradients, Progress progress);

    /**
     * What is changed, in a fixed order.
     *
     * @return the parameters of all groups
     */
    List<Parameter> parameters();

    /**
     * The running values by name, for a checkpoint: {@code 3.velocity} belongs to the parameter that is number 3, from 0, in
     * {@link #parameters}; {@code steps} (I32) says how often each one has been changed.
     *
     * @return the tensors themselves, which the next step changes; save them before it
     */
    Map<String, Tensor> state();

    /**
     * Goes on from saved running values.
     *
     * @param state what {@link #state} gave, with the same parameters in the same groups
     * @throws IllegalArgumentException if a name or a shape does not fit; nothing has changed then
     */
    void restore(Map<String, Tensor> state);
}
