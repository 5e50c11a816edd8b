package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * The gradient of {@link Conv2d} with respect to its image, a transposed convolution: operands gradient
 * (N, K, H', W') and weight (K, C / groups, kh, kw).
 *
 * @param spec the geometry of the forward convolution
 * @param image the shape (N, C, H, W) of the result
 */
public record Conv2dInput(ConvSpec spec, Shape image) implements KernelOp {
    @Override
    public String name() {
        return "conv2dInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        MaxPool2d.require(this, spec.output(name(), image, in.getLast()), in.getFirst());
        return image;
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, in);
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }
}
