package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * The gradient of {@link Softmax}: operands its result y and the gradient g of that, result {@code y (g - sum(y g))}.
 *
 * @param axis as there
 */
public record SoftmaxInput(int axis) implements FusedOp {
    @Override
    public String name() {
        return "softmaxInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return Softmax.check(this, axis, in, 2);
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T y = in.getFirst();
        T g = in.getLast();
        return y.mul(g.sub(y.mul(g).sum(List.of(axis), true)));
    }
}
