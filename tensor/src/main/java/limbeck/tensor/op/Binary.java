package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * A function of two operands, element by element; the operands broadcast.
 *
 * @param fn the function
 */
public record Binary(BinaryFn fn) implements KernelOp {
    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        return Shape.broadcast(name(), in.getFirst(), in.getLast());
    }

    @Override
    public DType inferType(List<DType> in) {
        return switch (fn) {
            case ADD, SUB, MUL, MAXIMUM, MINIMUM, GATE -> Types.same(this, in);
            case DIV, POW -> Types.floating(this, in);
        };
    }

    @Override
    public Order order() {
        return Order.LIKE_INPUT;
    }

    @Override
    public Saves saves() {
        return switch (fn) {
            case ADD, SUB -> Saves.NOTHING;
            case MUL, DIV, MAXIMUM, MINIMUM, POW, GATE -> Saves.INPUTS;
        };
    }
}
