package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * The adjoint of {@link Gather}: operands (source, index I32), {@code out[i][index[i][j][k]][k] += source[i][j][k]} for
 * axis 1, into zeros. Elements that meet in one place are added in the order of the source.
 *
 * @param axis the axis, not negative
 * @param extent the result's extent along the axis
 */
public record ScatterAdd(int axis, int extent) implements KernelOp {
    @Override
    public String name() {
        return "scatterAdd";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        if (!Gather.indexed(this, axis, in.getFirst(), in.getLast()).equals(in.getFirst())) {
            throw ShapeException.of("scatterAdd", "extents differ along axis " + axis, in,
                    in.getFirst().dim(axis) + " != " + in.getLast().dim(axis), "give one index for each element");
        }
        return in.getFirst().with(axis, extent);
    }

    @Override
    public DType inferType(List<DType> in) {
        Types.index(this, in.getLast());
        return Types.same(this, in.subList(0, 1));
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }
}
