package limbeck.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;

/**
 * Folds of many numbers into one. The order of the additions is fixed by the shape, so results are the same bits for any
 * number of threads.
 *
 * @param <T> the implementing type itself
 */
public interface ReduceOps<T extends TensorOps<T>> extends Operand<T> {
    /**
     * The sum, over everything.
     *
     * @return a scalar
     */
    default T sum() {
        return sum(ReduceOps.all(shape()), false);
    }

    /**
     * The sum, over some axes.
     *
     * @param axes the axes to fold, possibly negative
     * @return a new operand without those axes
     * @throws ShapeException if there is no such axis
     */
    default T sum(int... axes) {
        return sum(ReduceOps.axes(shape(), axes), false);
    }

    /**
     * The sum, over some axes.
     *
     * @param axes the axes to fold; negative ones count from the end
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis
     */
    default T sum(List<Integer> axes, boolean keep) {
        return apply(new Reduce(ReduceFn.SUM, ReduceOps.axes(shape(), axes), keep), List.of());
    }

    /**
     * The largest element, over everything; where several are equal the gradient is shared evenly.
     *
     * @return a scalar
     */
    default T max() {
        return max(ReduceOps.all(shape()), false);
    }

    /**
     * The largest element, over some axes; where several are equal the gradient is shared evenly.
     *
     * @param axes the axes to fold, possibly negative
     * @return a new operand without those axes
     * @throws ShapeException if there is no such axis
     */
    default T max(int... axes) {
        return max(ReduceOps.axes(shape(), axes), false);
    }

    /**
     * The largest element, over some axes; where several are equal the gradient is shared evenly.
     *
     * @param axes the axes to fold; negative ones count from the end
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis
     */
    default T max(List<Integer> axes, boolean keep) {
        return apply(new Reduce(ReduceFn.MAX, ReduceOps.axes(shape(), axes), keep), List.of());
    }

    /**
     * The smallest element, over everything; where several are equal the gradient is shared evenly.
     *
     * @return a scalar
     */
    default T min() {
        return min(ReduceOps.all(shape()), false);
    }

    /**
     * The smallest element, over some axes; where several are equal the gradient is shared evenly.
     *
     * @param axes the axes to fold, possibly negative
     * @return a new operand without those axes
     * @throws ShapeException if there is no such axis
     */
    default T min(int... axes) {
        return min(ReduceOps.axes(shape(), axes), false);
    }

    /**
     * The smallest element, over some axes; where several are equal the gradient is shared evenly.
     *
     * @param axes the axes to fold; negative ones count from the end
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis
     */
    default T min(List<Integer> axes, boolean keep) {
        return apply(new Reduce(ReduceFn.MIN, ReduceOps.axes(shape(), axes), keep), List.of());
    }

    /**
     * The mean, over everything.
     *
     * @return a scalar
     * @throws ShapeException if this holds integers
     */
    default T mean() {
        return mean(ReduceOps.all(shape()), false);
    }

    /**
     * The mean, over some axes.
     *
     * @param axes the axes to fold, possibly negative
     * @return a new operand without those axes
     * @throws ShapeException if there is no such axis, or this holds integers
     */
    default T mean(int... axes) {
        return mean(ReduceOps.axes(shape(), axes), false);
    }

    /**
     * The mean, over some axes; NaN of nothing.
     *
     * @param axes the axes to fold; negative ones count from the end
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis, or this holds integers
     */
    default T mean(List<Integer> axes, boolean keep) {
        dtype().requireFloating("mean");
        return sum(axes, keep).mul(1.0 / ReduceOps.count(shape(), axes));
    }

    /**
     * The variance, over some axes: the mean squared distance from the mean.
     *
     * @param axes the axes to fold; negative ones count from the end
     * @param correction subtracted from the count: 0 for the variance of the numbers themselves, 1 for the unbiased
     *     estimate from a sample (Bessel)
     * @param keep true to keep each folded axis with extent 1
     * @return a new operand
     * @throws ShapeException if there is no such axis, or this holds integers
     */
    default T var(List<Integer> axes, int correction, boolean keep) {
        dtype().requireFloating("var");
        T centred = self().sub(mean(axes, true));
        return centred.square().sum(axes, keep).mul(1.0 / (ReduceOps.count(shape(), axes) - correction));
    }

    /**
     * The position of the largest element along an axis; the first one where several are equal.
     *
     * @param axis the axis, possibly negative
     * @return I32, without that axis
     * @throws ShapeException if there is no such axis, or it is empty
     */
    default T argmax(int axis) {
        return apply(new ArgReduce(true, shape().axis(axis), false), List.of());
    }

    /**
     * The position of the smallest element along an axis; the first one where several are equal.
     *
     * @param axis the axis, possibly negative
     * @return I32, without that axis
     * @throws ShapeException if there is no such axis, or it is empty
     */
    default T argmin(int axis) {
        return apply(new ArgReduce(false, shape().axis(axis), false), List.of());
    }

    /** Every axis of a shape. */
    private static List<Integer> all(Shape shape) {
        return IntStream.range(0, shape.rank()).boxed().toList();
    }

    /** Axes with the negative ones counted from the end. */
    private static List<Integer> axes(Shape shape, int[] axes) {
        return Arrays.stream(axes).map(shape::axis).boxed().toList();
    }

    private static List<Integer> axes(Shape shape, List<Integer> axes) {
        return axes.stream().map(shape::axis).toList();
    }

    /** How many elements are folded into one. */
    private static long count(Shape shape, List<Integer> axes) {
        long count = 1;
        for (int axis : axes) {
            count *= shape.dim(axis);
        }
        return count;
    }
}
