package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * The logarithm of {@link Softmax}, exact where the probabilities are tiny.
 *
 * @param axis along which the probabilities add up to 1, not negative
 */
public record LogSoftmax(int axis) implements FusedOp {
    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return Softmax.check(this, axis, in, 1);
    }

    @Override
    public Saves saves() {
        return Saves.OUTPUT;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T shifted = Softmax.shifted(in.getFirst(), axis);
        return shifted.sub(shifted.exp().sum(List.of(axis), true).log());
    }
}
