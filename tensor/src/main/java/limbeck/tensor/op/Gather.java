package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * Elements picked along an axis: operands (source, index I32), {@code out[i][j][k] = source[i][index[i][j][k]][k]} for
 * axis 1. The index has the source's rank; on every other axis its extent is the source's or 1 (which broadcasts).
 * An index outside the axis is an error that names it.
 *
 * @param axis the axis, not negative
 */
public record Gather(int axis) implements KernelOp {
    @Override
    public String name() {
        return "gather";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        return indexed(this, axis, in.getFirst(), in.getLast());
    }

    @Override
    public DType inferType(List<DType> in) {
        Types.index(this, in.getLast());
        return in.getFirst();
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    /** The shape of what an index picks: the source's, with the index's extent along the axis. */
    static Shape indexed(Op op, int axis, Shape source, Shape index) {
        source.axis(axis);
        if (index.rank() != source.rank()) {
            throw ShapeException.of(op.name(), "ranks differ", List.of(source, index), index.rank() + " != " + source.rank(),
                    "unsqueeze the index");
        }
        for (int i = 0; i < source.rank(); i++) {
            if (i != axis && index.dim(i) != source.dim(i) && index.dim(i) != 1) {
                throw ShapeException.of(op.name(), "the index does not fit the source", List.of(source, index),
                        index.dim(i) + " != " + source.dim(i) + " on axis " + i, "off the gathered axis extents are equal, or 1 in the index");
            }
        }
        return source.with(axis, index.dim(axis));
    }
}
