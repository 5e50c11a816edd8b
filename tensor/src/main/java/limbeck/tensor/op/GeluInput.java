package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * The gradient of {@link Gelu}: operands x and the gradient g of the result, result g times the derivative at x.
 *
 * @param approximate as there
 */
public record GeluInput(boolean approximate) implements FusedOp {
    @Override
    public String name() {
        return "geluInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 2);
        if (!in.getLast().equals(in.getFirst())) {
            throw new ShapeException(name() + ": the operands must have one shape, got " + in.getFirst() + " and " + in.getLast());
        }
        return in.getFirst();
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        return in.getLast().mul(Gelu.slope(in.getFirst(), approximate));
    }
}
