package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * A scale and a shift for each channel, {@code y = x scale + shift}, and what often follows: operands x (N, C, ...), scale (C),
 * shift (C), and where wanted a residual of x's shape that is added. It is batch norm in evaluation.
 *
 * @param relu whether negative results become 0
 */
public record ChannelAffine(boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "channelAffine";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, in.size() == 4 ? 4 : 3);
        Channels.vectors(this, in, 1, 3);
        if (in.size() == 4) {
            Channels.require(this, in.getLast(), in.getFirst(), in.getFirst());
        }
        return in.getFirst();
    }

    @Override
    public Saves saves() {
        return relu ? Saves.BOTH : Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst();
        T y = x.mul(Channels.along(in.get(1), x.shape())).add(Channels.along(in.get(2), x.shape()));
        y = in.size() == 4 ? y.add(in.getLast()) : y;
        return relu ? y.relu() : y;
    }
}
