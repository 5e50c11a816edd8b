package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * The gradient of {@link AvgPool2d}, and its adjoint: each value spread evenly over its window.
 *
 * @param height how the height is cut
 * @param width how the width is cut
 * @param image the shape (N, C, H, W) of the result
 */
public record AvgPool2dInput(Window height, Window width, Shape image) implements KernelOp {
    @Override
    public String name() {
        return "avgPool2dInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 1);
        MaxPool2d.require(this, MaxPool2d.pooled(this, image, height, width), in.getFirst());
        return image;
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, in);
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }
}
