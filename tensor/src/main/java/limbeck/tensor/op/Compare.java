package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * A comparison, element by element; the operands broadcast, the answer is BOOL.
 *
 * @param fn the comparison
 */
public record Compare(CompareFn fn) implements KernelOp {
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
        Types.same(this, in);
        return DType.BOOL;
    }

    @Override
    public Order order() {
        return Order.LIKE_INPUT;
    }
}
