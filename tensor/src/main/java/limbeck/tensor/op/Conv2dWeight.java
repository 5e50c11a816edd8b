package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * The gradient of {@link Conv2d} with respect to its weight: operands image (N, C, H, W) and gradient
 * (N, K, H', W').
 *
 * @param spec the geometry of the forward convolution
 * @param weight the shape (K, C / groups, kh, kw) of the result
 */
public record Conv2dWeight(ConvSpec spec, Shape weight) implements KernelOp {
    @Override
    public String name() {
        return "conv2dWeight";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        MaxPool2d.require(this, spec.output(name(), in.getFirst(), weight), in.getLast());
        return weight;
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, in);
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }
}
