package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * A tensor of one value, from no operands.
 *
 * @param shape its shape
 * @param type its element type
 * @param value the value
 */
public record Fill(Shape shape, DType type, double value) implements KernelOp {
    @Override
    public String name() {
        return "fill";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return shape;
    }

    @Override
    public DType inferType(List<DType> in) {
        return type;
    }
}
