package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * The mean of each window of an image (N, C, H, W). Padding counts as zeros.
 *
 * @param height how the height is cut
 * @param width how the width is cut
 */
public record AvgPool2d(Window height, Window width) implements KernelOp {
    @Override
    public String name() {
        return "avgPool2d";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 1);
        return MaxPool2d.pooled(this, in.getFirst(), height, width);
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
