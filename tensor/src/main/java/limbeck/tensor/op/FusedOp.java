package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.TensorOps;

/**
 * An op that other ops can stand for, worth a kernel of its own because it goes over memory fewer times than they do. A
 * backend that has the kernel takes it, every other one computes {@link #composed}; so a fused op needs no arm in any
 * backend, and its composed form is at once its definition and the oracle of its kernels.
 */
public sealed interface FusedOp extends Op permits BatchNorm, BatchNormGate, BatchNormInput, BatchNormSums, ChannelAffine,
        ChannelMoments, Conv2dAffine, Conv2dBias, Conv2dInputAdd, Conv2dMoments, CrossEntropy, Dropout, Gelu, GeluInput, LayerNorm,
        LayerNormGradients, Linear, LogSoftmax, LogSoftmaxInput, SoftDivergence, Softmax, SoftmaxInput, SquareSum {
    /**
     * The same from primitive ops.
     *
     * @param <T> tensors or variables
     * @param in the operands, whose shapes have been checked
     * @return the result
     */
    <T extends TensorOps<T>> T composed(List<T> in);

    /**
     * The order of the result's elements in memory, where a backend has a kernel.
     *
     * @return that of the first operand unless the op says otherwise
     */
    default Order order() {
        return Order.LIKE_INPUT;
    }
}
