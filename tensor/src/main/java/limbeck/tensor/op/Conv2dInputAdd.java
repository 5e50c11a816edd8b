package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * The gradient of a {@link Conv2d} with respect to its image, and what came to the image from elsewhere, as past a residual block:
 * operands gradient and weight as for {@link Conv2dInput}, and an addend of the result's shape. It is added while the result is in
 * the cache.
 *
 * @param spec the geometry of the forward convolution
 * @param image the shape (N, C, H, W) of the result
 */
public record Conv2dInputAdd(ConvSpec spec, Shape image) implements FusedOp {
    @Override
    public String name() {
        return "conv2dInputAdd";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 3);
        Shape out = new Conv2dInput(spec, image).infer(in.subList(0, 2));
        if (!in.getLast().equals(out)) {
            throw new ShapeException(name() + ": the addend is " + in.getLast() + " where the image's gradient is " + out
                    + "; expand or reshape it");
        }
        return out;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        return in.getFirst().apply(new Conv2dInput(spec, image), List.of(in.get(1))).add(in.getLast());
    }

    @Override
    public Order order() {
        return Order.CHANNELS_LAST;
    }
}
