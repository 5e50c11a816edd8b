package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * A border of one value around a tensor.
 *
 * @param before how many elements to add before each axis
 * @param after how many elements to add behind each axis
 * @param value what to fill the border with
 */
public record Pad(List<Integer> before, List<Integer> after, double value) implements KernelOp {
    @Override
    public String name() {
        return "pad";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Shape shape = in.getFirst();
        if (before.size() != shape.rank() || after.size() != shape.rank()) {
            throw ShapeException.of("pad", "one pair an axis is needed", in, "got " + before.size() + " and " + after.size()
                    + " for rank " + shape.rank(), "");
        }
        int[] dims = shape.dims();
        for (int i = 0; i < dims.length; i++) {
            if (before.get(i) < 0 || after.get(i) < 0) {
                throw ShapeException.of("pad", "a border is negative", in, "axis " + i + " has " + before.get(i) + " and " + after.get(i),
                        "use slice to cut");
            }
            dims[i] += before.get(i) + after.get(i);
        }
        return Shape.of(dims);
    }

    @Override
    public DType inferType(List<DType> in) {
        return in.getFirst();
    }
}
