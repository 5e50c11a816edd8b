package limbeck.tensor.op;

import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * Layer normalization over the last axes (Ba, Kiros and Hinton, 2016): operands x, weight and bias, both of the shape of the
 * axes that are normalized; result {@code (x - mean) / sqrt(variance + epsilon) * weight + bias}.
 *
 * @param epsilon added to the variance
 */
public record LayerNorm(double epsilon) implements FusedOp {
    @Override
    public String name() {
        return "layerNorm";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 3);
        checkWeight(this, in);
        Channels.require(this, in.getLast(), in.get(1), in.getFirst());
        return in.getFirst();
    }

    static void checkWeight(Op op, List<Shape> in) {
        Shape x = in.getFirst();
        Shape weight = in.get(1);
        int leading = x.rank() - weight.rank();
        if (leading < 0 || weight.rank() == 0
                || IntStream.range(0, weight.rank()).anyMatch(axis -> x.dim(leading + axis) != weight.dim(axis))) {
            throw ShapeException.of(op.name(), "the input's last axes are not those of the weight", List.of(x, weight),
                    weight.rank() == 0 ? "the weight needs an axis" : "the input must be (..., " + weight.toString().substring(1), "");
        }
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        int rank = in.getFirst().shape().rank();
        List<Integer> axes = IntStream.range(rank - in.get(1).shape().rank(), rank).boxed().toList();
        T centred = centred(in.getFirst(), axes);
        return centred.mul(inverseDeviation(centred, axes, epsilon)).mul(in.get(1)).add(in.getLast());
    }

    /** x with mean 0 over some axes. */
    static <T extends TensorOps<T>> T centred(T x, List<Integer> axes) {
        return x.sub(x.mean(axes, true));
    }

    /** One over the standard deviation of what has mean 0. */
    static <T extends TensorOps<T>> T inverseDeviation(T centred, List<Integer> axes, double epsilon) {
        return centred.square().mean(axes, true).add(epsilon).rsqrt();
    }
}
