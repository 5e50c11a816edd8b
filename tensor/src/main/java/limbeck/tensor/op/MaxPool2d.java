package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * The largest element of each window of an image (N, C, H, W); the first one where several are equal, NaN if
 * any is. Padding never wins.
 *
 * @param height how the height is cut
 * @param width how the width is cut
 */
public record MaxPool2d(Window height, Window width) implements KernelOp {
    @Override
    public String name() {
        return "maxPool2d";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 1);
        return pooled(this, in.getFirst(), height, width);
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, in);
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    /** The shape that pooling makes of an image batch. */
    static Shape pooled(Op op, Shape image, Window height, Window width) {
        if (image.rank() != 4) {
            throw ShapeException.of(op.name(), "images (N, C, H, W) are needed", List.of(image), "rank " + image.rank() + " != 4",
                    "unsqueeze or reshape");
        }
        return Shape.of(image.dim(0), image.dim(1), height.count(image.dim(2)), width.count(image.dim(3)));
    }

    /** Refuses a gradient or value whose shape is not {@code expected}. */
    static void require(Op op, Shape expected, Shape given) {
        if (!expected.equals(given)) {
            throw ShapeException.of(op.name(), "shapes do not belong together", List.of(given), "expected " + expected, "");
        }
    }
}
