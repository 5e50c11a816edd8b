package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * Probabilities along an axis, {@code exp(x) / sum(exp(x))}, without overflow.
 *
 * @param axis along which they add up to 1, not negative
 */
public record Softmax(int axis) implements FusedOp {
    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return check(this, axis, in, 1);
    }

    static Shape check(Op op, int axis, List<Shape> in, int operands) {
        KernelOp.Types.operands(op, in, operands);
        Shape x = in.getFirst();
        if (axis < 0 || axis >= x.rank()) {
            throw new ShapeException(op.name() + ": " + x + " has no axis " + axis);
        }
        if (!in.getLast().equals(x)) {
            throw new ShapeException(op.name() + ": the operands must have one shape, got " + x + " and " + in.getLast());
        }
        return x;
    }

    @Override
    public Saves saves() {
        return Saves.OUTPUT;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T exp = shifted(in.getFirst(), axis).exp();
        return exp.div(exp.sum(List.of(axis), true));
    }

    static <T extends TensorOps<T>> T shifted(T x, int axis) {
        return x.sub(shift(x, List.of(axis)));
    }

    /**
     * The largest element, to be subtracted before exp, which then cannot overflow; finite even where a whole slice is minus
     * infinity.
     *
     * @param <T> tensors or variables
     * @param x numbers
     * @param axes the axes to look along
     * @return a constant that broadcasts over x
     */
    public static <T extends TensorOps<T>> T shift(T x, List<Integer> axes) {
        double limit = switch (x.dtype()) {
            case F64 -> Double.MAX_VALUE;
            // The largest float would be rounded to infinity.
            case BF16 -> 0x1.fep127;
            case F16 -> 65504;
            case F32, I32, I8, BOOL -> Float.MAX_VALUE;
        };
        return x.detach().max(axes, true).clamp(-limit, limit);
    }
}
