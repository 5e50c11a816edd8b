package limbeck.nn;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;

/**
 * Layer normalization over the last axes (Ba, Kiros and Hinton, 2016, arXiv 1607.06450):
 * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias}, with mean and variance of each example alone.
 *
 * @param weight scale, of the shape of the axes that are normalized
 * @param bias shift, of the same shape
 * @param epsilon added to the variance
 */
public record LayerNorm(Parameter weight, Parameter bias, double epsilon) implements Module {
    /**
     * A layer that starts with scale 1 and shift 0, with epsilon 1e-5.
     *
     * @param dims the extents of the last axes, often one: the number of features
     * @return the layer
     */
    public static LayerNorm of(int... dims) {
        return new LayerNorm(Parameter.of(Init.ones(dims)), Parameter.of(Init.zeros(dims)), 1e-5);
    }

    @Override
    public Variable forward(Variable x) {
        return x.apply(new limbeck.tensor.op.LayerNorm(epsilon), List.of(weight, bias));
    }
}
