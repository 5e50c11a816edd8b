package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * Batch normalization in training (Ioffe and Szegedy, ICML 2015), and what often follows: operands x (N, C, ...), weight (C),
 * bias (C), the {@link ChannelMoments} of x (2, C), and where wanted a residual of x's shape that is added.
 *
 * <p>The moments are no free operand: they are those of x, handed in because the running statistics need them too. The
 * gradient for x takes them as the functions of x that they are, and none flows to the operand.
 *
 * @param epsilon added to the variance
 * @param relu whether negative results become 0
 */
public record BatchNorm(double epsilon, boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "batchNorm";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, in.size() == 5 ? 5 : 4);
        checkParameters(this, in);
        if (in.size() == 5) {
            Channels.require(this, in.getLast(), in.getFirst(), in.getFirst());
        }
        return in.getFirst();
    }

    static void checkParameters(Op op, List<Shape> in) {
        Channels.vectors(op, in, 1, 3);
        Channels.require(op, in.get(3), Shape.of(2, in.getFirst().dim(1)), in.getFirst());
    }

    @Override
    public Saves saves() {
        return relu ? Saves.BOTH : Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst();
        T y = normalized(x, epsilon).mul(Channels.along(in.get(1), x.shape())).add(Channels.along(in.get(2), x.shape()));
        y = in.size() == 5 ? y.add(in.getLast()) : y;
        return relu ? y.relu() : y;
    }

    /** x with mean 0 and variance 1 in each channel. */
    static <T extends TensorOps<T>> T normalized(T x, double epsilon) {
        List<Integer> axes = Channels.others(x.shape());
        T centred = x.sub(x.mean(axes, true));
        return centred.mul(inverseDeviation(centred, epsilon));
    }

    /** One over the standard deviation of each channel of what has mean 0. */
    static <T extends TensorOps<T>> T inverseDeviation(T centred, double epsilon) {
        return centred.square().mean(Channels.others(centred.shape()), true).add(epsilon).rsqrt();
    }

    /** The gradient g, or 0 where a ReLU behind the normalization let nothing through. */
    static <T extends TensorOps<T>> T passed(T normalized, T weight, T bias, T g) {
        T y = normalized.mul(Channels.along(weight, g.shape())).add(Channels.along(bias, g.shape()));
        return y.gate(g);
    }
}
