package limbeck.nn;

import java.util.function.UnaryOperator;
import limbeck.autograd.Variable;

/**
 * A convolution, its batch norm, and what follows them, as one as far as nobody watches the layers in between: in training the
 * convolution takes the norm's moments, and the norm goes with what follows; in evaluation all of it is one, with the norm's scale in
 * the convolution's weights.
 *
 * {@snippet :
 * Variable y = ConvNorm.relu(conv1, bn1, x);                   // relu(bn1(conv1(x)))
 * return ConvNorm.addRelu(conv2, bn2, y, shortcut.apply(x));   // relu(bn2(conv2(y)) + shortcut(x))
 * }
 */
public final class ConvNorm {
    private ConvNorm() {
    }

    /**
     * {@code norm(conv(x))}.
     *
     * @param conv the convolution
     * @param norm its batch norm
     * @param x (N, C, H, W)
     * @return (N, K, H', W')
     */
    public static Variable apply(Conv2d conv, BatchNorm2d norm, Variable x) {
        return run(conv, norm, x, BatchNorm.Tail.NONE, norm::apply);
    }

    /**
     * {@code relu(norm(conv(x)))}.
     *
     * @param conv the convolution
     * @param norm its batch norm
     * @param x (N, C, H, W)
     * @return (N, K, H', W')
     */
    public static Variable relu(Conv2d conv, BatchNorm2d norm, Variable x) {
        return run(conv, norm, x, new BatchNorm.Tail(null, true), norm::relu);
    }

    /**
     * {@code relu(norm(conv(x)) + residual)}.
     *
     * @param conv the convolution
     * @param norm its batch norm
     * @param x (N, C, H, W)
     * @param residual (N, K, H', W')
     * @return (N, K, H', W')
     */
    public static Variable addRelu(Conv2d conv, BatchNorm2d norm, Variable x, Variable residual) {
        return run(conv, norm, x, new BatchNorm.Tail(residual, true), y -> norm.addRelu(y, residual));
    }

    private static Variable run(Conv2d conv, BatchNorm2d norm, Variable x, BatchNorm.Tail tail, UnaryOperator<Variable> rest) {
        // Where they do not fit, the norm itself shall say so.
        boolean fit = conv.weight().shape().dim(0) == norm.weight().shape().dim(0);
        boolean whole = fit && !Calls.watches(norm) && (conv.bias() == null || !Mode.isTraining());
        return whole ? Calls.fused(conv, x, in -> norm.convolved(conv, in, tail), rest) : rest.apply(conv.apply(x));
    }
}
