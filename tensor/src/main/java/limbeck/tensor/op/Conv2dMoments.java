package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * A convolution and the {@link ChannelMoments} of its result, for a batch norm to follow: operands image and weight as for
 * {@link Conv2d}. The result is a vector in which three things follow one another: the images (N, H', W', K), the mean of each
 * channel, and its biased variance. The moments are taken while the images are in the cache; {@link #images} and {@link #moments} are
 * views of the parts.
 *
 * @param spec stride, padding, dilation, groups
 */
public record Conv2dMoments(ConvSpec spec) implements FusedOp {
    @Override
    public String name() {
        return "conv2dMoments";
    }

    @Override
    public Shape infer(List<Shape> in) {
        Shape out = new Conv2d(spec).infer(in);
        return Shape.of(out.intSize() + 2 * out.dim(1));
    }

    /**
     * The shape of the convolution's own result.
     *
     * @param image the first operand's shape
     * @param weight the second's
     * @return (N, K, H', W')
     */
    public Shape images(Shape image, Shape weight) {
        return new Conv2d(spec).infer(List.of(image, weight));
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T y = in.getFirst().conv2d(in.getLast(), spec);
        T moments = y.apply(new ChannelMoments(), List.of());
        return y.permute(0, 2, 3, 1).reshape(y.shape().intSize()).concat(0, List.of(moments.reshape(moments.shape().intSize())));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }

    /**
     * The convolution's own result, a view.
     *
     * @param <T> tensors or variables
     * @param result of this op
     * @param images its shape
     * @return (N, K, H', W'), channels last
     */
    public static <T extends TensorOps<T>> T images(T result, Shape images) {
        return result.slice(0, 0, images.intSize()).reshape(images.dim(0), images.dim(2), images.dim(3), images.dim(1)).permute(0, 3, 1, 2);
    }

    /**
     * The moments of each channel, a view.
     *
     * @param <T> tensors or variables
     * @param result of this op
     * @param images the shape of the convolution's own result
     * @return (2, K): means and biased variances
     */
    public static <T extends TensorOps<T>> T moments(T result, Shape images) {
        return result.slice(0, images.intSize(), result.shape().intSize()).reshape(2, images.dim(1));
    }
}
