package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * A convolution and the {@link ChannelMoments} of its result, for a batch norm to follow: operands image and weight as for
 * {@link Conv2d}. The result is a vector of the images and of mean and biased variance of each channel, as {@link ImagesAndSums}
 * says. The moments are taken while the images are in the cache.
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
        return ImagesAndSums.shape(this, new Conv2d(spec).infer(in));
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
        return ImagesAndSums.of(y, y.apply(new ChannelMoments(), List.of()));
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
