package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * The gradient of {@link LogSoftmax}: operands its result y and the gradient g of that, result {@code g - exp(y) sum(g)}.
 *
 * @param axis as there
 */
public record LogSoftmaxInput(int axis) implements FusedOp {
    @Override
    public String name() {
        return "logSoftmaxInput";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return Softmax.check(this, axis, in, 2);
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T g = in.getLast();
        return g.sub(in.getFirst().exp().mul(g.sum(List.of(axis), true)));
    }
}
