package limbeck.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.op.Concat;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.Movement;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.ScatterAdd;

/**
 * Views and rearrangements.
 *
 * @param <T> the implementing type itself
 */
public interface MovementOps<T extends TensorOps<T>> extends Operand<T> {
    /**
     * The same elements in row-major order under another shape.
     *
     * @param dims the new shape; one of them may be -1 and follows from the others
     * @return a view where the memory allows it, else a copy
     * @throws ShapeException if the sizes differ
     */
    default T reshape(int... dims) {
        return reshape(MovementOps.resolve(shape(), dims));
    }

    /**
     * The same elements in row-major order under another shape.
     *
     * @param to the new shape
     * @return a view where the memory allows it, else a copy
     * @throws ShapeException if the sizes differ
     */
    default T reshape(Shape to) {
        return to.equals(shape()) ? self() : apply(new Movement.Reshape(to), List.of());
    }

    /**
     * All axes from one on joined into one.
     *
     * @param from the first axis to join, possibly negative
     * @return an operand of rank {@code from + 1}
     */
    default T flatten(int from) {
        int axis = shape().axis(from);
        int[] dims = Arrays.copyOf(shape().dims(), axis + 1);
        dims[axis] = -1;
        return shape().size() == 0 ? reshape(MovementOps.emptied(shape(), axis)) : reshape(dims);
    }

    /**
     * The axes in a new order.
     *
     * @param axes a permutation of all axes
     * @return a view
     * @throws ShapeException if it is not a permutation
     */
    default T permute(int... axes) {
        return apply(new Movement.Permute(Arrays.stream(axes).map(shape()::axis).boxed().toList()), List.of());
    }

    /**
     * Two axes exchanged.
     *
     * @param first one axis, possibly negative
     * @param second the other
     * @return a view
     * @throws ShapeException if there is no such axis
     */
    default T transpose(int first, int second) {
        int[] axes = IntStream.range(0, shape().rank()).toArray();
        axes[shape().axis(first)] = shape().axis(second);
        axes[shape().axis(second)] = shape().axis(first);
        return permute(axes);
    }

    /**
     * The transpose of each matrix: the last two axes exchanged.
     *
     * @return a view
     * @throws ShapeException if the rank is below 2
     */
    default T t() {
        return transpose(-2, -1);
    }

    /**
     * Repetition along axes of extent 1, and along new axes on the left, without copying.
     *
     * @param dims the shape to expand to
     * @return a view
     * @throws ShapeException if this shape does not broadcast to it
     */
    default T expand(int... dims) {
        return expand(Shape.of(dims));
    }

    /**
     * Repetition along axes of extent 1, and along new axes on the left, without copying.
     *
     * @param to the shape to expand to
     * @return a view
     * @throws ShapeException if this shape does not broadcast to it
     */
    default T expand(Shape to) {
        return to.equals(shape()) ? self() : apply(new Movement.Expand(to), List.of());
    }

    /**
     * A new axis of extent 1.
     *
     * @param axis where it stands in the result; -1 for last
     * @return a view
     * @throws ShapeException if the axis is out of range
     */
    default T unsqueeze(int axis) {
        int rank = shape().rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new ShapeException("unsqueeze: axis " + axis + " does not fit shape " + shape() + "; give " + -rank + " to " + (rank - 1));
        }
        int[] dims = IntStream.range(0, rank).map(i -> i < at ? shape().dim(i) : i == at ? 1 : shape().dim(i - 1)).toArray();
        return reshape(Shape.of(dims));
    }

    /**
     * Drops an axis of extent 1.
     *
     * @param axis the axis, possibly negative
     * @return a view
     * @throws ShapeException if its extent is not 1
     */
    default T squeeze(int axis) {
        int at = shape().axis(axis);
        if (shape().dim(at) != 1) {
            throw new ShapeException("squeeze: axis " + axis + " of shape " + shape() + " has extent " + shape().dim(at)
                    + ", not 1; select one element instead");
        }
        return reshape(shape().without(List.of(at), false));
    }

    /**
     * The elements from start (inclusive) to stop (exclusive) along one axis.
     *
     * @param axis the axis, possibly negative
     * @param start the first index
     * @param stop one past the last index
     * @return a view
     * @throws ShapeException if the range is out of bounds
     */
    default T slice(int axis, int start, int stop) {
        return slice(axis, start, stop, 1);
    }

    /**
     * Every step-th element from start (inclusive) to stop (exclusive) along one axis.
     *
     * @param axis the axis, possibly negative
     * @param start the first index
     * @param stop one past the last index
     * @param step the step, at least 1
     * @return a view
     * @throws ShapeException if the range is out of bounds
     */
    default T slice(int axis, int start, int stop, int step) {
        int at = shape().axis(axis);
        var starts = new ArrayList<>(Collections.nCopies(shape().rank(), 0));
        var stops = new ArrayList<>(Arrays.stream(shape().dims()).boxed().toList());
        var steps = new ArrayList<>(Collections.nCopies(shape().rank(), 1));
        starts.set(at, start);
        stops.set(at, stop);
        steps.set(at, step);
        return apply(new Movement.Slice(List.copyOf(starts), List.copyOf(stops), List.copyOf(steps)), List.of());
    }

    /**
     * One element along an axis, and the axis dropped.
     *
     * @param axis the axis, possibly negative
     * @param index which element
     * @return a view
     * @throws ShapeException if the index is out of bounds
     */
    default T select(int axis, int index) {
        return slice(axis, index, index + 1).squeeze(axis);
    }

    /**
     * The elements in reverse order along some axes.
     *
     * @param axes the axes, possibly negative
     * @return a view
     * @throws ShapeException if there is no such axis
     */
    default T flip(int... axes) {
        return apply(new Movement.Flip(Arrays.stream(axes).map(shape()::axis).boxed().toList()), List.of());
    }

    /**
     * A border of one value along one axis.
     *
     * @param axis the axis, possibly negative
     * @param before how many elements to add before it
     * @param after how many elements to add behind it
     * @param value what to fill the border with
     * @return a new operand
     * @throws ShapeException if a border is negative
     */
    default T pad(int axis, int before, int after, double value) {
        int at = shape().axis(axis);
        var befores = new ArrayList<>(Collections.nCopies(shape().rank(), 0));
        var afters = new ArrayList<>(Collections.nCopies(shape().rank(), 0));
        befores.set(at, before);
        afters.set(at, after);
        return apply(new Pad(List.copyOf(befores), List.copyOf(afters), value), List.of());
    }

    /**
     * This and other operands put one behind the other along an axis.
     *
     * @param axis the axis, possibly negative
     * @param rest the others, in order
     * @return a new operand
     * @throws ShapeException if extents differ on another axis
     */
    default T concat(int axis, List<T> rest) {
        return apply(new Concat(shape().axis(axis)), rest);
    }

    /**
     * This and other operands of the same shape along a new axis.
     *
     * @param axis where the new axis stands in the result
     * @param rest the others, in order
     * @return a new operand
     * @throws ShapeException if the shapes differ
     */
    default T stack(int axis, List<T> rest) {
        return unsqueeze(axis).concat(axis, rest.stream().map(x -> x.unsqueeze(axis)).toList());
    }

    /**
     * Elements picked along an axis: {@code out[i][j] = this[i][index[i][j]]} for axis 1.
     *
     * @param axis the axis, possibly negative
     * @param index I32 of the same rank; off the axis its extents are this one's, or 1
     * @return a new operand
     * @throws ShapeException if the index does not fit
     */
    default T gather(int axis, T index) {
        return apply(new Gather(shape().axis(axis)), List.of(index));
    }

    /**
     * Whole slices picked along an axis, such as rows of a table of embeddings.
     *
     * @param axis the axis, possibly negative
     * @param index I32 of rank 1
     * @return a new operand with as many slices as the index has elements
     * @throws ShapeException if the index is not of rank 1
     */
    default T indexSelect(int axis, T index) {
        int at = shape().axis(axis);
        if (index.shape().rank() != 1) {
            throw ShapeException.of("indexSelect", "an index of rank 1 is needed", List.of(shape(), index.shape()),
                    "the index has rank " + index.shape().rank(), "flatten it, or use gather");
        }
        int[] dims = new int[shape().rank()];
        Arrays.fill(dims, 1);
        dims[at] = index.shape().dim(0);
        return gather(at, index.reshape(dims));
    }

    /**
     * This with numbers added at places along an axis: {@code out[i][index[i][j]] += source[i][j]} for axis 1.
     *
     * @param axis the axis, possibly negative
     * @param index I32 of the source's shape
     * @param source what to add
     * @return a new operand of this shape
     * @throws ShapeException if the index does not fit
     */
    default T scatterAdd(int axis, T index, T source) {
        int at = shape().axis(axis);
        return self().add(source.apply(new ScatterAdd(at, shape().dim(at)), List.of(index)));
    }

    /**
     * Class numbers (I32) as vectors of zeros with a single 1, on a new last axis.
     *
     * @param classes the extent of the new axis
     * @return an operand of the device's default type
     * @throws ShapeException if this is not I32
     */
    default T oneHot(int classes) {
        return apply(new OneHot(classes, device().defaultFloat()), List.of());
    }

    /** A shape with its -1 filled in. */
    private static Shape resolve(Shape from, int[] dims) {
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] != -1) {
                known *= dims[i];
            } else if (unknown < 0) {
                unknown = i;
            } else {
                throw new ShapeException("reshape: only one dimension may be -1, got " + Arrays.toString(dims));
            }
        }
        if (unknown < 0) {
            return Shape.of(dims);
        }
        if (known <= 0 || from.size() % known != 0) {
            throw new ShapeException("reshape: " + from + " has " + from.size() + " elements, which do not divide by the " + known + " of "
                    + Arrays.toString(dims) + " to give the dimension marked -1");
        }
        int[] resolved = dims.clone();
        resolved[unknown] = Math.toIntExact(from.size() / known);
        return Shape.of(resolved);
    }

    /** The flattened shape of an empty operand, where -1 would be ambiguous. */
    private static Shape emptied(Shape from, int axis) {
        int[] dims = Arrays.copyOf(from.dims(), axis + 1);
        for (int i = axis + 1; i < from.rank(); i++) {
            dims[axis] *= from.dim(i);
        }
        return Shape.of(dims);
    }
}
