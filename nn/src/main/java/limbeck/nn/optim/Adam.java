package limbeck.nn.optim;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;

/**
 * Adam (Kingma and Ba, ICLR 2015): each number moves by its own scale. Weight decay is added to the gradient ({@link #of}) or,
 * decoupled, taken from the parameter itself: AdamW (Loshchilov and Hutter, ICLR 2019; {@link #w}), the usual choice.
 *
 * {@snippet :
 * Optimizer optimizer = Adam.w(Group.decaying(parameters, 0.05), Schedule.constant(1e-3));
 * }
 */
public final class Adam implements Optimizer {
    private final Slots slots;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final boolean decoupled;

    /**
     * Adam over groups of parameters.
     *
     * @param groups the parameters
     * @param rate the learning rate
     * @param beta1 decay of the running mean of gradients, usually 0.9
     * @param beta2 decay of the running mean of their squares, usually 0.999
     * @param epsilon added to the root, usually 1e-8
     * @param decoupled true for AdamW
     * @throws IllegalArgumentException if a number is out of range, or a parameter is given twice
     */
    public Adam(List<Group> groups, Schedule rate, double beta1, double beta2, double epsilon, boolean decoupled) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
            throw new IllegalArgumentException("adam: beta1 " + beta1 + " and beta2 " + beta2 + " must be 0 to below 1, and epsilon "
                    + epsilon + " above 0; usual are 0.9, 0.999 and 1e-8");
        }
        this.slots = new Slots(groups, rate, List.of("mean", "square"));
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.decoupled = decoupled;
    }

    /**
     * Adam with the usual constants; a group's weight decay is added to its gradients.
     *
     * @param groups the parameters
     * @param rate the learning rate
     * @return the optimizer
     * @throws IllegalArgumentException if a parameter is given twice
     */
    public static Adam of(List<Group> groups, Schedule rate) {
        return new Adam(groups, rate, 0.9, 0.999, 1e-8, false);
    }

    /**
     * AdamW with the usual constants; a group's weight decay shrinks its parameters by {@code rate * decay} a step.
     *
     * @param groups the parameters
     * @param rate the learning rate
     * @return the optimizer
     * @throws IllegalArgumentException if a parameter is given twice
     */
    public static Adam w(List<Group> groups, Schedule rate) {
        return new Adam(groups, rate, 0.9, 0.999, 1e-8, true);
    }

    @Override
    public void step(Gradients gradients, Progress progress) {
        slots.step(gradients, progress, (rate, decay, step) -> new Update.Adam(rate, beta1, beta2, epsilon, decay, decoupled, step));
    }

    @Override
    public List<Parameter> parameters() {
        return slots.parameters();
    }

    @Override
    public Map<String, Tensor> state() {
        return slots.state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        slots.restore(state);
    }
}
