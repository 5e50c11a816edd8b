package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * The gradient of {@link BatchNorm} with respect to x: operands x, weight, bias, moments and g as in {@link BatchNormSums}, and
 * that op's result. With n values a channel it is {@code weight / deviation (g - sum(g) / n - normalized sum(g normalized) / n)}.
 *
 * @param epsilon added to the variance
 * @param relu whether g passes only where the normalized result is above 0
 */
public record BatchNormInput(double epsilon, boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "batchNormInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 6);
        BatchNorm.checkParameters(this, in);
        Channels.require(this, in.get(4), in.getFirst(), in.getFirst());
        Channels.require(this, in.getLast(), in.get(3), in.getFirst());
        return in.getFirst();
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T x = in.getFirst();
        Shape shape = x.shape();
        double share = (double) shape.dim(1) / shape.size();
        T centred = x.sub(x.mean(Channels.others(shape), true));
        T inverse = BatchNorm.inverseDeviation(centred, epsilon);
        T normalized = centred.mul(inverse);
        T g = relu ? BatchNorm.passed(normalized, in.get(1), in.get(2), in.get(4)) : in.get(4);
        T sums = in.getLast().mul(share);
        T flow = g.sub(Channels.along(sums.select(0, 0), shape)).sub(normalized.mul(Channels.along(sums.select(0, 1), shape)));
        return flow.mul(inverse.mul(Channels.along(in.get(1), shape)));
    }
}
