package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * A convolution and the {@link ChannelAffine} behind it, which is batch norm in evaluation: operands image and weight as for
 * {@link Conv2d}, scale and shift (K), and where wanted a residual of the result's shape that is added. The scale is folded into
 * the weight, and the rest is done while the result is in the cache.
 *
 * @param spec stride, padding, dilation, groups
 * @param relu whether negative results become 0
 */
public record Conv2dAffine(ConvSpec spec, boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "conv2dAffine";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, in.size() == 5 ? 5 : 4);
        Shape out = spec.output("conv2d", in.getFirst(), in.get(1));
        Shape channels = Shape.of(out.dim(1));
        Channels.require(this, in.get(2), channels, out);
        Channels.require(this, in.get(3), channels, out);
        if (in.size() == 5) {
            Channels.require(this, in.getLast(), out, out);
        }
        return out;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        return in.getFirst().conv2d(in.get(1), spec).apply(new ChannelAffine(relu), in.subList(2, in.size()));
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }
}
