package limbeck.tensor.op;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * Class numbers (I32) spread into vectors of zeros with a single 1, on a new last axis. A number outside
 * {@code 0 .. classes - 1} is an error that names it.
 *
 * @param classes the extent of the new axis
 * @param type the element type of the result
 */
public record OneHot(int classes, DType type) implements KernelOp {
    @Override
    public String name() {
        return "oneHot";
    }

    @Override
    public Shape infer(List<Shape> in) {
        int[] dims = Arrays.copyOf(in.getFirst().dims(), in.getFirst().rank() + 1);
        dims[dims.length - 1] = classes;
        return Shape.of(dims);
    }

    @Override
    public DType inferType(List<DType> in) {
        Types.index(this, in.getFirst());
        return type;
    }
}
