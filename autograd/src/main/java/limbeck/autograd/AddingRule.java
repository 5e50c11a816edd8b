package limbeck.autograd;

import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.ConvSpec;

/**
 * A gradient rule that can add what has come to its operand from elsewhere: an op with a fused kernel then goes over memory once
 * where the sum of two gradients would be another pass. Its gradient has the operand's shape, with nothing broadcast to be undone.
 *
 * @param <T> tensors or variables
 */
interface AddingRule<T extends TensorOps<T>> extends Supplier<T> {
    /**
     * What flows to the operand, and what is there already.
     *
     * @param there of the operand's shape
     * @return the sum, to the bit that of {@link #get} and {@code there}
     */
    T onto(T there);

    /**
     * That of a convolution's image, to which a residual connection often leads past the convolution.
     *
     * @param <T> tensors or variables
     * @param spec the convolution's
     * @param image the image's shape
     * @param weight the convolution's
     * @param gradient what flows to the convolution's result
     */
    record OfImage<T extends TensorOps<T>>(ConvSpec spec, Shape image, T weight, T gradient) implements AddingRule<T> {
        @Override
        public T get() {
            return gradient.apply(new Conv2dInput(spec, image), List.of(weight));
        }

        @Override
        public T onto(T there) {
            return gradient.apply(new Conv2dInputAdd(spec, image), List.of(weight, there));
        }
    }
}
