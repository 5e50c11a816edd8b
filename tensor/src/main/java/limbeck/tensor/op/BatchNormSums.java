package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * Two sums that the gradients of {@link BatchNorm} are made of: operands x, weight, bias, moments as there, and g, the gradient
 * of the result. The result is (2, C): in row 0 the sum of g over a channel, which is the gradient of the bias, in row 1 the sum
 * of g times the normalized x, which is that of the weight.
 *
 * @param epsilon added to the variance
 * @param relu whether g passes only where the normalized result is above 0
 */
public record BatchNormSums(double epsilon, boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "batchNormSums";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 5);
        BatchNorm.checkParameters(this, in);
        Channels.require(this, in.getLast(), in.getFirst(), in.getFirst());
        return Shape.of(2, in.getFirst().dim(1));
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T normalized = BatchNorm.normalized(in.getFirst(), epsilon);
        T g = relu ? BatchNorm.passed(normalized, in.get(1), in.get(2), in.getLast()) : in.getLast();
        List<Integer> axes = Channels.others(g.shape());
        return g.sum(axes, false).stack(0, List.of(g.mul(normalized).sum(axes, false)));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
