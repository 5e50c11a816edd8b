package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * What the gradients of a {@link BatchNorm} of images with a residual and a ReLU are made of: operands x (N, C, H, W), weight, bias and
 * moments as there, its result y, and g, the gradient of that. The result is a vector, as {@link ImagesAndSums} says, of the gradient
 * behind the ReLU, g where y is above 0 and 0 elsewhere, and of its {@link BatchNormSums}.
 *
 * @param epsilon added to the variance
 */
public record BatchNormGate(double epsilon) implements FusedOp {
    @Override
    public String name() {
        return "batchNormGate";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 6);
        Shape x = in.getFirst();
        if (x.rank() != 4) {
            throw new ShapeException(name() + ": the input must be (N, C, H, W), got " + x);
        }
        BatchNorm.checkParameters(this, in);
        Channels.require(this, in.get(4), x, x);
        Channels.require(this, in.get(5), x, x);
        return ImagesAndSums.shape(this, x);
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T flow = in.get(4).gate(in.get(5));
        return ImagesAndSums.of(flow, in.getFirst().apply(new BatchNormSums(epsilon, false), List.of(in.get(1), in.get(2), in.get(3), flow)));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
