package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * The position of the largest or smallest element along an axis, as I32; the first one where several are equal, the
 * first NaN where there is one.
 *
 * @param largest true for argmax, false for argmin
 * @param axis the axis, not negative
 * @param keep true to keep the axis with extent 1
 */
public record ArgReduce(boolean largest, int axis, boolean keep) implements KernelOp {
    @Override
    public String name() {
        return largest ? "argmax" : "argmin";
    }

    @Override
    public Shape infer(List<Shape> in) {
        if (in.getFirst().dim(axis) == 0) {
            throw ShapeException.of(name(), "nothing to choose from", in, "axis " + axis + " is empty", "");
        }
        return in.getFirst().without(List.of(axis), keep);
    }

    @Override
    public DType inferType(List<DType> in) {
        Types.same(this, in);
        return DType.I32;
    }
}
