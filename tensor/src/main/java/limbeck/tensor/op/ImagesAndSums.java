package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * What ops have in common whose result is images and two numbers for each channel, found in one pass: a vector of the images
 * (N, H, W, C), and behind them the numbers (2, C).
 */
public final class ImagesAndSums {
    private ImagesAndSums() {
    }

    static Shape shape(Op op, Shape images) {
        long size = images.size() + 2L * images.dim(1);
        if (size > Integer.MAX_VALUE) {
            throw new ShapeException(op.name() + ": the result " + images + " and two numbers for each channel are more elements than an array"
                    + " can hold; use a smaller batch");
        }
        return Shape.of((int) size);
    }

    static <T extends TensorOps<T>> T of(T images, T sums) {
        return images.permute(0, 2, 3, 1).reshape(images.shape().intSize()).concat(0, List.of(sums.reshape(sums.shape().intSize())));
    }

    /**
     * Where the images lie, for the kernels that write them.
     *
     * @param vector the layout of the result
     * @param shape of the images
     * @return (N, C, H, W), channels last
     */
    public static Layout images(Layout vector, Shape shape) {
        return Layout.channelsLast(shape).at(vector.offset());
    }

    /**
     * Where the numbers of the channels lie.
     *
     * @param vector the layout of the result
     * @param shape of the images
     * @return (2, C)
     */
    public static Layout sums(Layout vector, Shape shape) {
        return Layout.contiguous(Shape.of(2, shape.dim(1))).at(vector.offset() + shape.intSize());
    }

    /**
     * The images, a view.
     *
     * @param <T> tensors or variables
     * @param result the vector
     * @param shape of the images
     * @return (N, C, H, W), channels last
     */
    public static <T extends TensorOps<T>> T images(T result, Shape shape) {
        return result.slice(0, 0, shape.intSize()).reshape(shape.dim(0), shape.dim(2), shape.dim(3), shape.dim(1)).permute(0, 3, 1, 2);
    }

    /**
     * The numbers of the channels, a view.
     *
     * @param <T> tensors or variables
     * @param result the vector
     * @param shape of the images
     * @return (2, C)
     */
    public static <T extends TensorOps<T>> T sums(T result, Shape shape) {
        return result.slice(0, shape.intSize(), result.shape().intSize()).reshape(2, shape.dim(1));
    }
}
