package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * Tensors put one behind the other along an axis; all other extents must be equal.
 *
 * @param axis the axis, not negative
 */
public record Concat(int axis) implements KernelOp {
    @Override
    public String name() {
        return "concat";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Shape first = in.getFirst();
        first.axis(axis);
        int sum = 0;
        for (Shape shape : in) {
            if (shape.rank() != first.rank() || !shape.with(axis, first.dim(axis)).equals(first)) {
                throw ShapeException.of("concat", "shapes differ outside axis " + axis, List.of(first, shape),
                        "all other extents must be equal", "");
            }
            sum += shape.dim(axis);
        }
        return first.with(axis, sum);
    }

    @Override
    public Order order() {
        return Order.LIKE_FIRST;
    }

    @Override
    public DType inferType(List<DType> in) {
        return in.stream().distinct().count() == 1 ? in.getFirst() : Types.same(this, in);
    }
}
