package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * Operands (image, one value a window): each value added at the place of its window's largest element, zeros
 * elsewhere: the gradient of {@link MaxPool2d}. Linear in the values; the adjoint of {@link MaxPool2dPick}.
 *
 * @param height how the height is cut
 * @param width how the width is cut
 */
public record MaxPool2dScatter(Window height, Window width) implements KernelOp {
    @Override
    public String name() {
        return "maxPool2dScatter";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        MaxPool2d.require(this, MaxPool2d.pooled(this, in.getFirst(), height, width), in.getLast());
        return in.getFirst();
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
}
