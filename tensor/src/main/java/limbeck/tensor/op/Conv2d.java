package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * Two-dimensional convolution: operands image (N, C, H, W) and weight (K, C / groups, kh, kw), result
 * (N, K, H', W').
 *
 * @param spec stride, padding, dilation and groups
 */
public record Conv2d(ConvSpec spec) implements KernelOp {
    @Override
    public String name() {
        return "conv2d";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        return spec.output(name(), in.getFirst(), in.getLast());
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
