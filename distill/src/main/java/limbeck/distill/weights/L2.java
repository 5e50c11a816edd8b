package limbeck.distill.weights;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Tap;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.nn.Module;

/**
 * The squared length of the student's weights as a part of the loss: {@code 1/2 sum_i w_i^2} over matrices and kernels (rank 2 and
 * above; biases and the scales and shifts of norms are left out). Its gradient is the weight itself (Krogh and Hertz, NeurIPS 1991).
 * Under Adam this is not the same as decoupled weight decay (Loshchilov and Hutter, ICLR 2019): its gradient is normalised with the
 * loss'. Connectors of other losses are not counted.
 *
 * @param weights what is kept small
 */
public record L2(List<Parameter> weights) implements Objective {
    /** Chosen by name. */
    public static final Method METHOD = Method.named("l2", "Krogh, Hertz, NeurIPS 1991", Compares.REGULARISER)
            .advice("beside another loss, as in kd,l2; comes on top of --weight-decay")
            .weight(5e-4)
            .builtBy(setup -> new L2(setup.task().student()));

    /**
     * Of some weights.
     *
     * @throws IllegalArgumentException if there are none
     */
    public L2 {
        weights = List.copyOf(weights);
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("l2: there are no weights to keep small; give the parameters of rank 2 and above");
        }
    }

    /**
     * Of a model's matrices and kernels.
     *
     * @param model the student
     */
    public L2(Module model) {
        this(model.parameters().values().stream().filter(parameter -> parameter.shape().rank() > 1).toList());
    }

    @Override
    public Set<Tap.Side> looksAt() {
        return Set.of(Tap.Side.STUDENT);
    }

    @Override
    public Variable loss(Moment moment) {
        return weights.stream().map(weight -> weight.square().sum()).reduce(Variable::add).orElseThrow().mul(0.5);
    }
}
