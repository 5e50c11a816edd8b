package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * The sum of the squares of all elements of all operands, a scalar: the squared norm of a model's gradients, which would otherwise
 * take two ways through memory and two jobs for the threads for each of its parameters. Operands may have any shapes.
 */
public record SquareSum() implements FusedOp {
    @Override
    public String name() {
        return "squareSum";
    }

    @Override
    public Shape infer(List<Shape> in) {
        if (in.isEmpty()) {
            throw new ShapeException("squareSum: takes at least 1 operand, got none");
        }
        return Shape.SCALAR;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T sum = in.getFirst().square().sum();
        for (T next : in.subList(1, in.size())) {
            sum = sum.add(next.square().sum());
        }
        return sum;
    }
}
