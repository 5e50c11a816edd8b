package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * Operands (image, values of the same shape): for each window, the value at the place of the image's largest
 * element. Linear in the values; the adjoint of {@link MaxPool2dScatter}.
 *
 * @param height how the height is cut
 * @param width how the width is cut
 */
public record MaxPool2dPick(Window height, Window width) implements KernelOp {
    @Override
    public String name() {
        return "maxPool2dPick";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        MaxPool2d.require(this, in.getFirst(), in.getLast());
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

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }
}
