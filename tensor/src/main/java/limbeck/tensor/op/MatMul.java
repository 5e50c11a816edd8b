package limbeck.tensor.op;

import java.util.Arrays;
import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * Matrix product over the last two axes; the axes before them are batches and broadcast. An operand of rank 2 stands
 * for one matrix in every batch.
 *
 * @param transposeLeft true to use the left operand's matrices transposed
 * @param transposeRight true to use the right operand's matrices transposed
 */
public record MatMul(boolean transposeLeft, boolean transposeRight) implements KernelOp {
    @Override
    public String name() {
        return "matmul";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Types.operands(this, in, 2);
        Shape left = in.getFirst();
        Shape right = in.getLast();
        if (left.rank() < 2 || right.rank() < 2) {
            throw ShapeException.of("matmul", "matrices are needed", in, "rank " + Math.min(left.rank(), right.rank()) + " < 2",
                    "unsqueeze a vector to a row or a column");
        }
        int rows = left.dim(transposeLeft ? -1 : -2);
        int inner = left.dim(transposeLeft ? -2 : -1);
        int innerRight = right.dim(transposeRight ? -1 : -2);
        int columns = right.dim(transposeRight ? -2 : -1);
        if (inner != innerRight) {
            boolean transposedFits = inner == columns;
            throw ShapeException.of("matmul", "inner dimensions differ", in, inner + " != " + innerRight,
                    transposedFits ? "Did you mean " + (transposeRight ? "right" : "right.t()") + "?" : "");
        }
        Shape batch = Shape.broadcast("matmul", batch(left), batch(right));
        int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 2);
        dims[dims.length - 2] = rows;
        dims[dims.length - 1] = columns;
        return Shape.of(dims);
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, in);
    }

    @Override
    public Saves saves() {
        return Saves.INPUTS;
    }

    private static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.dims(), shape.rank() - 2));
    }
}
