package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * Mean and biased variance of each channel in one pass: operand (N, C, ...), result (2, C) with the means in row 0 and the
 * variances in row 1.
 */
public record ChannelMoments() implements FusedOp {
    @Override
    public String name() {
        return "channelMoments";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 1);
        return Shape.of(2, Channels.count(this, in.getFirst()));
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst();
        List<Integer> axes = Channels.others(x.shape());
        T centred = x.sub(x.mean(axes, true));
        return x.mean(axes, false).stack(0, List.of(centred.square().mean(axes, false)));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
