package limbeck.distill.connect;

import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * Feature maps of another size: (N, C, H, W) becomes (N, C, height, width). An axis that has to shrink is averaged over equal
 * windows (adaptive average pooling), so that every position counts; one that has to grow is interpolated.
 *
 * {@snippet :
 * Variable larger = new Resize(14, 14, Upsampling.BILINEAR).apply(maps);   // (64, 32, 7, 7) -> (64, 32, 14, 14)
 * Tensor smaller = Resize.pool(target, 7, 7);
 * }
 *
 * @param height rows of the result
 * @param width columns of the result
 * @param upsampling how an axis grows
 */
public record Resize(int height, int width, Upsampling upsampling) implements Module {
    /**
     * Checks the size.
     *
     * @throws ShapeException if the result would be empty
     */
    public Resize {
        if (height < 1 || width < 1) {
            throw new ShapeException("resize: the result would be " + height + " x " + width + "; give at least 1 x 1");
        }
    }

    @Override
    public Variable forward(Variable x) {
        return of(x);
    }

    /**
     * The same for tensors as well as for variables.
     *
     * @param <T> tensors or variables
     * @param x (N, C, H, W)
     * @return (N, C, height, width); x itself where it has that size
     * @throws ShapeException if x is not of rank 4
     */
    public <T extends TensorOps<T>> T of(T x) {
        requireMaps(x);
        T y = pool(x, Math.min(height, x.shape().dim(2)), Math.min(width, x.shape().dim(3)));
        return rows(columns(y));
    }

    /**
     * Adaptive average pooling, left out where there is nothing to pool.
     *
     * @param <T> tensors or variables
     * @param x (N, C, H, W)
     * @param height rows of the result
     * @param width columns of the result
     * @return (N, C, height, width); x itself where it has that size
     * @throws ShapeException if x is not of rank 4
     */
    public static <T extends TensorOps<T>> T pool(T x, int height, int width) {
        requireMaps(x);
        return x.shape().dim(2) == height && x.shape().dim(3) == width ? x : x.adaptiveAvgPool2d(height, width);
    }

    // Linear in each axis, so a product with a small constant matrix: its gradient is the product with the transpose.
    private <T extends TensorOps<T>> T columns(T x) {
        return x.shape().dim(3) == width ? x : x.matmulTransposed(matrix(x, x.shape().dim(3), width));
    }

    private <T extends TensorOps<T>> T rows(T x) {
        return x.shape().dim(2) == height ? x : matrix(x, x.shape().dim(2), height).matmul(x);
    }

    private <T extends TensorOps<T>> T matrix(T x, int from, int to) {
        return x.constant(x.device().tensor(upsampling.weights(from, to), to, from).to(x.dtype()));
    }

    private static void requireMaps(TensorOps<?> x) {
        if (x.shape().rank() != 4) {
            throw new ShapeException("resize: feature maps (N, C, H, W) are needed, got " + x.shape() + "; tap a layer before the pooling");
        }
    }
}
