package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.TensorOps;

/**
 * A product with a transposed weight, a bias, and the ReLU that often follows: {@code x W^T + b} of x (N, in), weight (out, in) and
 * bias (out). Bias and ReLU cost no way through memory: they are done while a tile of the product is in the cache.
 *
 * @param relu whether negative results become 0
 */
public record Linear(boolean relu) implements FusedOp {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 3);
        Shape x = in.getFirst();
        Shape weight = in.get(1);
        if (x.rank() != 2 || weight.rank() != 2 || x.dim(1) != weight.dim(1)) {
            throw ShapeException.of(name(), "rows (N, in) and a weight (out, in) are needed", in.subList(0, 2),
                    "the last axes must be equal", "");
        }
        Channels.requireBias(this, in.getLast(), weight);
        return Shape.of(x.dim(0), weight.dim(0));
    }

    @Override
    public Saves saves() {
        return relu ? Saves.BOTH : Saves.INPUTS;
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T y = in.getFirst().matmulTransposed(in.get(1)).add(in.getLast());
        return relu ? y.relu() : y;
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
