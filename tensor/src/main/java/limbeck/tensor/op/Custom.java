package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;

/**
 * A user's own op, in one file: a forward over tensors and a gradient rule. The rule is written once, over any
 * {@link TensorOps}: over tensors it is fast, over variables it can itself be differentiated.
 *
 * {@snippet :
 * record Swish() implements Custom {
 *     public String name() { return "swish"; }
 *     public Shape infer(List<Shape> in) { return in.getFirst(); }
 *     public Saves saves() { return Saves.INPUTS; }
 *     public Tensor forward(List<Tensor> in) { return in.getFirst().silu(); }
 *     public <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient) {
 *         T sigmoid = in.getFirst().sigmoid();
 *         return List.of(gradient.mul(sigmoid.add(in.getFirst().mul(sigmoid).mul(sigmoid.rsub(1)))));
 *     }
 * }
 * Tensor y = x.apply(new Swish(), List.of());
 * }
 */
public non-sealed interface Custom extends Op {
    /**
     * Computes the result.
     *
     * @param in the operands
     * @return a tensor of the shape that {@link #infer} gave
     */
    Tensor forward(List<Tensor> in);

    /**
     * Whether the rule may look at the result's memory, whatever it saves: {@link #forward} may have kept the result, or a view of it.
     *
     * @return true, unless the op says otherwise
     */
    @Override
    default boolean mayReadResult() {
        return true;
    }

    /**
     * The vector-Jacobian product: what each operand's gradient is, given the result's.
     *
     * @param <T> tensors or variables
     * @param in the operands; only their shapes unless {@link #saves} says otherwise
     * @param out the result; only its shape unless {@link #saves} says otherwise
     * @param gradient the gradient of the result
     * @return one gradient an operand, {@code null} where there is none; broadcast axes may be left unsummed
     */
    <T extends TensorOps<T>> List<T> vjp(List<T> in, T out, T gradient);
}
