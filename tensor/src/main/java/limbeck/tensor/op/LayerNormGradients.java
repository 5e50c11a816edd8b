package limbeck.tensor.op;

import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/**
 * All gradients of {@link LayerNorm}: operands x and weight as there, and g, the gradient of the result. The result is a vector
 * in which three gradients follow one another, each in row-major order: that of x, of the bias, and of the weight. With h for
 * {@code g weight}, the first is {@code (h - mean(h) - normalized mean(h normalized)) / deviation}; the others are the sums over
 * all rows of g, and of g times the normalized x.
 *
 * <p>One op for three gradients, because each needs every row of x and of g: apart they would be read from memory twice.
 *
 * @param epsilon added to the variance
 */
public record LayerNormGradients(double epsilon) implements FusedOp {
    @Override
    public String name() {
        return "layerNormGradients";
    }

    @Override
    public Shape infer(List<Shape> in) {
        KernelOp.Types.operands(this, in, 3);
        LayerNorm.checkWeight(this, in);
        Channels.require(this, in.getLast(), in.getFirst(), in.getFirst());
        return Shape.of(in.getFirst().intSize() + 2 * in.get(1).intSize());
    }

    @Override
    public <T extends TensorOps<T>> T composed(List<T> in) {
        T weight = in.get(1);
        T g = in.getLast();
        int axes = weight.shape().rank();
        int leading = g.shape().rank() - axes;
        List<Integer> inner = IntStream.range(leading, leading + axes).boxed().toList();
        List<Integer> outer = IntStream.range(0, leading).boxed().toList();
        T centred = LayerNorm.centred(in.getFirst(), inner);
        T inverse = LayerNorm.inverseDeviation(centred, inner, epsilon);
        T normalized = centred.mul(inverse);
        T h = g.mul(weight);
        T flow = h.sub(h.mean(inner, true)).sub(normalized.mul(h.mul(normalized).mean(inner, true))).mul(inverse);
        return vector(flow).concat(0, List.of(vector(g.sum(outer, false)), vector(g.mul(normalized).sum(outer, false))));
    }

    private static <T extends TensorOps<T>> T vector(T x) {
        return x.reshape(x.shape().intSize());
    }

    @Override
    public Order order() {
        return Order.ROW_MAJOR;
    }
}
