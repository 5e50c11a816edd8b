package limbeck.tensor;

/**
 * Everything that can be computed with a tensor: one required method, {@link Operand#apply}, and great functions you
 * get. {@link Tensor} implements it by computing; the variables of autograd by computing and recording. Code written
 * over {@code T extends TensorOps<T>} serves both.
 *
 * @param <T> the implementing type itself
 */
public interface TensorOps<T extends TensorOps<T>>
        extends ElementwiseOps<T>, ReduceOps<T>, MovementOps<T>, LinearOps<T>, ComposedOps<T> {
}
