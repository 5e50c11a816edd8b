package limbeck.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormGate;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.op.ImagesAndSums;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.LogSoftmaxInput;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.SoftDivergence;
import limbeck.tensor.op.Softmax;
import limbeck.tensor.op.SoftmaxInput;
import limbeck.tensor.op.SquareSum;

/**
 * The part of {@link Vjp} for fused ops. Those of a training step's forward have rules made of other fused ops, so that backward
 * goes over memory as seldom as forward does. Those others, and what belongs to evaluation, have no rules: where their gradient
 * is wanted all the same, they are recorded as the ops that they are composed of.
 */
final class FusedVjp {
    private FusedVjp() {
    }

    /** Whether an op has a rule, rather than being recorded as what it is composed of. */
    static boolean has(FusedOp op) {
        return switch (op) {
            case BatchNorm _, ChannelAffine _, Conv2dBias _, Dropout _, Gelu _, LayerNorm _, Linear _, LogSoftmax _, Softmax _ -> true;
            case BatchNormGate _, BatchNormInput _, BatchNormSums _, ChannelMoments _, Conv2dAffine _, Conv2dInputAdd _, Conv2dMoments _,
                    CrossEntropy _, GeluInput _, LayerNormGradients _, LogSoftmaxInput _, SoftDivergence _, SoftmaxInput _, SquareSum _ -> false;
        };
    }

    static <T extends TensorOps<T>> List<Supplier<T>> of(FusedOp op, List<T> in, T out, T g) {
        return switch (op) {
            case BatchNorm norm -> batchNorm(norm, in, out, g);
            case ChannelAffine affine -> affine(affine, in, out, g);
            case Conv2dBias conv -> convolution(conv, in, out, g);
            case Dropout dropout -> List.of(() -> g.apply(dropout, List.of()));
            case Gelu(boolean approximate) -> List.of(() -> in.getFirst().apply(new GeluInput(approximate), List.of(g)));
            case LayerNorm(double epsilon) -> layerNorm(epsilon, in, g);
            case Linear linear -> linear(linear, in, out, g);
            case LogSoftmax(int axis) -> List.of(() -> out.apply(new LogSoftmaxInput(axis), List.of(g)));
            case Softmax(int axis) -> List.of(() -> out.apply(new SoftmaxInput(axis), List.of(g)));
            case BatchNormGate _, BatchNormInput _, BatchNormSums _, ChannelMoments _, Conv2dAffine _, Conv2dInputAdd _, Conv2dMoments _,
                    CrossEntropy _, GeluInput _, LayerNormGradients _, LogSoftmaxInput _, SoftDivergence _, SoftmaxInput _, SquareSum _ ->
                    throw new AssertionError(op.name() + " is recorded as what it is composed of");
        };
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> batchNorm(BatchNorm norm, List<T> in, T out, T g) {
        T x = in.getFirst();
        boolean residual = in.size() == 5;
        // A residual needs the gradient behind the ReLU itself; else the kernels find out again what had passed.
        boolean relu = norm.relu() && !residual;
        T flow;
        T sums;
        // At once, not when a rule asks: three rules share it, and the memory of each ends with its own scope.
        if (norm.relu() && residual && x.shape().rank() == 4) {
            T both = x.apply(new BatchNormGate(norm.epsilon()), List.of(in.get(1), in.get(2), in.get(3), out, g));
            flow = ImagesAndSums.images(both, x.shape());
            // In memory of their own: as views they would keep that of the images for as long as they live.
            sums = ImagesAndSums.sums(both, x.shape()).apply(new Copy(Op.Order.ROW_MAJOR), List.of());
        } else {
            flow = norm.relu() && residual ? out.gate(g) : g;
            sums = x.apply(new BatchNormSums(norm.epsilon(), relu), List.of(in.get(1), in.get(2), in.get(3), flow));
        }
        return Arrays.<Supplier<T>>asList(
                () -> x.apply(new BatchNormInput(norm.epsilon(), relu), List.of(in.get(1), in.get(2), in.get(3), flow, sums)),
                () -> sums.select(0, 1), () -> sums.select(0, 0), null, () -> flow).subList(0, in.size());
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> convolution(Conv2dBias op, List<T> in, T out, T g) {
        T x = in.getFirst();
        T weight = in.get(1);
        T flow = op.relu() ? out.gate(g) : g;
        return List.of(new AddingRule.OfImage<>(op.spec(), x.shape(), weight, flow),
                () -> x.apply(new Conv2dWeight(op.spec(), weight.shape()), List.of(flow)), () -> flow.sum(0, 2, 3));
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> linear(Linear op, List<T> in, T out, T g) {
        T flow = op.relu() ? out.gate(g) : g;
        return List.of(() -> flow.matmul(in.get(1)), () -> flow.apply(new MatMul(true, false), List.of(in.getFirst())),
                () -> flow.sum(0));
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> layerNorm(double epsilon, List<T> in, T g) {
        T x = in.getFirst();
        T weight = in.get(1);
        T all = x.apply(new LayerNormGradients(epsilon), List.of(weight, g));
        int size = x.shape().intSize();
        int n = weight.shape().intSize();
        // The small ones in memory of their own: as views they would keep that of the large one for as long as they live.
        var copy = new Copy(Op.Order.ROW_MAJOR);
        return List.of(() -> all.slice(0, 0, size).reshape(x.shape()),
                () -> all.slice(0, size + n, size + 2 * n).apply(copy, List.of()).reshape(weight.shape()),
                () -> all.slice(0, size, size + n).apply(copy, List.of()).reshape(weight.shape()));
    }

    private static <T extends TensorOps<T>> List<Supplier<T>> affine(ChannelAffine affine, List<T> in, T out, T g) {
        T x = in.getFirst();
        Shape shape = x.shape();
        List<Integer> axes = IntStream.range(0, shape.rank()).filter(axis -> axis != 1).boxed().toList();
        int[] along = new int[shape.rank()];
        Arrays.fill(along, 1);
        along[1] = -1;
        T flow = affine.relu() ? out.gate(g) : g;
        return Arrays.<Supplier<T>>asList(() -> flow.mul(in.get(1).reshape(along)), () -> flow.mul(x).sum(axes, false),
                () -> flow.sum(axes, false), () -> flow).subList(0, in.size());
    }
}
