package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * A convolution, its bias, and the ReLU that often follows: operands image and weight as for {@link Conv2d}, and bias (K). Bias and
 * ReLU are done while the result is in the cache.
 *
 * @param spec stride, padding, dilation, groups
 * @param relu whether negative results become 0
 */
public record Conv2dBias(ConvSpec spec, boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "conv2dBias";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 3);
        Shape out = spec.output("conv2d", in.getFirst(), in.get(1));
        Channels.requireBias(this, in.getLast(), in.get(1));
        return out;
    }

    @Override
    public Saves saves() {
        return relu ? Saves.BOTH : Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T y = in.getFirst().conv2d(in.get(1), spec).add(in.getLast().reshape(1, -1, 1, 1));
        return relu ? y.relu() : y;
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }
}
