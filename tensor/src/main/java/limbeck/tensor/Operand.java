package limbeck.tensor;

import java.util.List;
import limbeck.tensor.op.Op;

/**
 * What every family of operations is written over.
 *
 * @param <T> the implementing type itself
 */
public interface Operand<T extends TensorOps<T>> {
    /**
     * Applies an op to this operand and the rest: the one place through which all computation goes.
     *
     * @param op the op
     * @param rest the other operands, in the op's order
     * @return the result
     * @throws ShapeException if the operands do not fit the op
     */
    T apply(Op op, List<T> rest);

    /**
     * This operand as its own type.
     *
     * @return this
     */
    @SuppressWarnings("unchecked")
    default T self() {
        return (T) this;
    }

    /**
     * A tensor as an operand of this kind, with no gradient.
     *
     * @param value the tensor
     * @return the operand
     */
    T constant(Tensor value);

    /**
     * This operand's value as a constant: gradients do not flow through it.
     *
     * @return the operand
     */
    T detach();

    /**
     * The extents.
     *
     * @return the shape
     */
    Shape shape();

    /**
     * The element type.
     *
     * @return the type
     */
    DType dtype();

    /**
     * Where it lives.
     *
     * @return the device
     */
    Device device();
}
