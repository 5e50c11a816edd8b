package limbeck.tensor;

import java.util.List;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.MaxPool2d;
import limbeck.tensor.op.Window;

/**
 * Products, convolutions and pooling.
 *
 * @param <T> the implementing type itself
 */
public interface LinearOps<T extends TensorOps<T>> extends Operand<T> {
    /**
     * Matrix product over the last two axes; axes before them are batches and broadcast. A transposed view costs no copy.
     *
     * @param right shape (..., K, N) for this of shape (..., M, K)
     * @return shape (..., M, N)
     * @throws ShapeException if the inner dimensions differ or the batches do not broadcast
     */
    default T matmul(T right) {
        return apply(new MatMul(false, false), List.of(right));
    }

    /**
     * Matrix product with the transposes of the right operand's matrices: {@code x.matmulTransposed(w)} is
     * {@code x.matmul(w.t())}, and its gradient for {@code w} comes laid out as {@code w} is.
     *
     * @param right shape (..., N, K) for this of shape (..., M, K)
     * @return shape (..., M, N)
     * @throws ShapeException if the inner dimensions differ or the batches do not broadcast
     */
    default T matmulTransposed(T right) {
        return apply(new MatMul(false, true), List.of(right));
    }

    /**
     * Two-dimensional convolution (a cross-correlation, as in PyTorch) of images (N, C, H, W).
     *
     * @param weight shape (K, C / groups, kernel height, kernel width)
     * @param spec stride, padding, dilation and groups
     * @return shape (N, K, H', W')
     * @throws ShapeException if channels differ or the kernel does not fit
     */
    default T conv2d(T weight, ConvSpec spec) {
        return apply(new Conv2d(spec), List.of(weight));
    }

    /**
     * The largest element of each window of images (N, C, H, W).
     *
     * @param kernel height and width of a window
     * @param stride step of the windows
     * @param padding border on all sides; it never wins
     * @return shape (N, C, H', W')
     * @throws ShapeException if a window does not fit
     */
    default T maxPool2d(int kernel, int stride, int padding) {
        var window = new Window.Sliding(kernel, stride, padding);
        return apply(new MaxPool2d(window, window), List.of());
    }

    /**
     * The mean of each window of images (N, C, H, W); padding counts as zeros.
     *
     * @param kernel height and width of a window
     * @param stride step of the windows
     * @param padding border on all sides
     * @return shape (N, C, H', W')
     * @throws ShapeException if a window does not fit
     */
    default T avgPool2d(int kernel, int stride, int padding) {
        var window = new Window.Sliding(kernel, stride, padding);
        return apply(new AvgPool2d(window, window), List.of());
    }

    /**
     * The mean of each of (height x width) windows, cut as evenly as the image allows.
     *
     * @param height rows of the result
     * @param width columns of the result
     * @return shape (N, C, height, width)
     * @throws ShapeException if this is not images (N, C, H, W)
     */
    default T adaptiveAvgPool2d(int height, int width) {
        return apply(new AvgPool2d(new Window.Adaptive(height), new Window.Adaptive(width)), List.of());
    }

    /**
     * The largest element of each of (height x width) windows, cut as evenly as the image allows.
     *
     * @param height rows of the result
     * @param width columns of the result
     * @return shape (N, C, height, width)
     * @throws ShapeException if this is not images (N, C, H, W)
     */
    default T adaptiveMaxPool2d(int height, int width) {
        return apply(new MaxPool2d(new Window.Adaptive(height), new Window.Adaptive(width)), List.of());
    }

    /**
     * The mean of each channel of images (N, C, H, W).
     *
     * @return shape (N, C)
     * @throws ShapeException if the rank is below 4
     */
    default T globalAvgPool2d() {
        return self().mean(2, 3);
    }
}
