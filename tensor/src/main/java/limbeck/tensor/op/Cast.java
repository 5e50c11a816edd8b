package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * The same numbers as another element type, rounded as {@link DType#round} says.
 *
 * @param type the type of the result
 */
public record Cast(DType type) implements KernelOp {
    @Override
    public String name() {
        return "cast";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return in.getFirst();
    }

    @Override
    public DType inferType(List<DType> in) {
        return type;
    }

    @Override
    public Order order() {
        return Order.LIKE_INPUT;
    }
}
