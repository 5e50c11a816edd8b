package limbeck.tensor;

import java.util.List;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.Softmax;

/**
 * Functions composed of other ops.
 *
 * @param <T> the implementing type itself
 */
public interface ComposedOps<T extends TensorOps<T>> extends Operand<T> {
    /**
     * {@code log(sum(exp(x)))} over some axes, without overflow.
     *
     * @param axes the axes to fold, none of them negative
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis
     */
    default T logSumExp(List<Integer> axes, boolean keep) {
        T shift = Softmax.shift(self(), axes);
        T result = self().sub(shift).exp().sum(axes, true).log().add(shift);
        return keep ? result : result.reshape(shape().without(axes, false));
    }

    /**
     * Probabilities along an axis: {@code exp(x) / sum(exp(x))}, without overflow.
     *
     * @param axis the axis, possibly negative
     * @return a new operand of the same shape whose sums along the axis are 1
     * @throws ShapeException if there is no such axis
     */
    default T softmax(int axis) {
        return apply(new Softmax(shape().axis(axis)), List.of());
    }

    /**
     * The logarithm of {@link #softmax}, exact where the probabilities are tiny.
     *
     * @param axis the axis, possibly negative
     * @return a new operand of the same shape
     * @throws ShapeException if there is no such axis
     */
    default T logSoftmax(int axis) {
        return apply(new LogSoftmax(shape().axis(axis)), List.of());
    }

    /**
     * The Gaussian error linear unit {@code x Phi(x)} (Hendrycks and Gimpel, 2016), exact; 0 at minus infinity.
     *
     * @return a new operand of the same shape
     */
    default T gelu() {
        return apply(new Gelu(false), List.of());
    }

    /**
     * The tanh form of {@link #gelu} (Hendrycks and Gimpel, 2016): {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}.
     *
     * @return a new operand of the same shape
     */
    default T geluTanh() {
        return apply(new Gelu(true), List.of());
    }

    /**
     * {@code x sigmoid(x)}, also called swish (Ramachandran et al., 2017).
     *
     * @return a new operand of the same shape
     */
    default T silu() {
        return self().mul(self().sigmoid());
    }

    /**
     * {@code x clamp(x + 3, 0, 6) / 6} (Howard et al., ICCV 2019).
     *
     * @return a new operand of the same shape
     */
    default T hardswish() {
        return self().mul(self().add(3).clamp(0, 6).div(6));
    }
}
