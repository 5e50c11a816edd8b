package limbeck.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the elements of a tensor lie in its storage: element {@code (i, j, ...)} is at
 * {@code offset + i * stride(0) + j * stride(1) + ...}. Views (transpose, slice, expand, flip) are new layouts over
 * the same storage. Strides count elements; they are 0 along an expanded axis and negative along a flipped one.
 *
 * <p>Images are (N, C, H, W) to the user; convolutions and pooling write them <em>channels last</em>, with the strides
 * of an (N, H, W, C) array, and elementwise operations keep whichever order they find.
 */
public final class Layout {
    private final Shape shape;
    private final int[] strides;
    private final int offset;

    private Layout(Shape shape, int[] strides, int offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /**
     * The row-major layout: the last axis has stride 1, nothing is skipped.
     *
     * @param shape the shape
     * @return the layout, at offset 0
     */
    public static Layout contiguous(Shape shape) {
        int[] strides = new int[shape.rank()];
        int stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, shape.dim(i));
        }
        return new Layout(shape, strides, 0);
    }

    /**
     * The layout that keeps the channels of one pixel together: shape (N, C, H, W) with the strides of (N, H, W, C).
     *
     * @param shape a shape of rank 4; any other rank gives {@link #contiguous}
     * @return the layout, at offset 0
     */
    public static Layout channelsLast(Shape shape) {
        if (shape.rank() != 4) {
            return contiguous(shape);
        }
        int channels = Math.max(1, shape.dim(1));
        int height = Math.max(1, shape.dim(2));
        int width = Math.max(1, shape.dim(3));
        return new Layout(shape, new int[] {height * width * channels, 1, width * channels, channels}, 0);
    }

    /**
     * The same layout, elsewhere in the storage.
     *
     * @param offset where its first element lies
     * @return the layout at that offset
     */
    public Layout at(int offset) {
        return offset == this.offset ? this : new Layout(shape, strides, offset);
    }

    /**
     * A dense layout for {@code shape} whose axes are ordered in memory as in {@code like}, so that elementwise
     * operations walk input and output alike.
     *
     * @param shape the shape of the result
     * @param like the layout to imitate; if its rank differs the result is row-major
     * @return a dense layout at offset 0
     */
    public static Layout denseLike(Shape shape, Layout like) {
        int rank = shape.rank();
        if (like.shape.rank() != rank || like.isContiguous()) {
            return contiguous(shape);
        }
        // Axes of extent 1 say nothing about the order and go outermost; the others follow by falling stride.
        var order = new ArrayList<Integer>();
        for (int axis = 0; axis < rank; axis++) {
            if (like.shape.dim(axis) > 1 && like.strides[axis] <= 0) {
                return contiguous(shape);
            }
            order.add(axis);
        }
        order.sort(Comparator.comparingInt(axis -> like.shape.dim(axis) <= 1 ? Integer.MIN_VALUE : -like.strides[axis]));
        int[] strides = new int[rank];
        int stride = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[order.get(i)] = stride;
            stride *= Math.max(1, shape.dim(order.get(i)));
        }
        return new Layout(shape, strides, 0);
    }

    /**
     * The logical shape.
     *
     * @return the shape
     */
    public Shape shape() {
        return shape;
    }

    /**
     * The step in the storage between neighbours along an axis, in elements.
     *
     * @param axis the axis, possibly negative
     * @return 0 for an expanded axis, negative for a flipped one
     */
    public int stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /**
     * A copy of all strides.
     *
     * @return a new array, one stride an axis
     */
    public int[] strides() {
        return strides.clone();
    }

    /**
     * The index in the storage of the first element.
     *
     * @return the offset, in elements
     */
    public int offset() {
        return offset;
    }

    /**
     * Whether the elements lie in row-major order without gaps.
     *
     * @return true also for tensors of at most one element
     */
    public boolean isContiguous() {
        int expected = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            if (shape.dim(i) != 1 && strides[i] != expected) {
                return shape.size() <= 1;
            }
            expected *= Math.max(1, shape.dim(i));
        }
        return true;
    }

    /**
     * Whether shape (N, C, H, W) lies in (N, H, W, C) order without gaps.
     *
     * @return false for other ranks
     */
    public boolean isChannelsLast() {
        return shape.rank() == 4 && sameOrder(channelsLast(shape));
    }

    /**
     * Whether the elements fill one block of the storage without gaps or repetition, in whatever order of the axes.
     *
     * @return true for contiguous and channels-last layouts and their permutations
     */
    public boolean isDense() {
        return sameOrder(denseLike(shape, this));
    }

    /**
     * Whether two layouts of one shape walk the storage in the same order, apart from the offset.
     *
     * @param other another layout
     * @return true if all strides that matter are equal
     */
    public boolean sameOrder(Layout other) {
        if (!shape.equals(other.shape)) {
            return false;
        }
        for (int i = 0; i < strides.length; i++) {
            if (shape.dim(i) > 1 && strides[i] != other.strides[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The axes in a new order.
     *
     * @param axes a permutation of {@code 0 .. rank - 1}
     * @return the view
     */
    public Layout permute(List<Integer> axes) {
        int[] dims = new int[axes.size()];
        int[] permuted = new int[axes.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.dim(axes.get(i));
            permuted[i] = strides[axes.get(i)];
        }
        return new Layout(Shape.of(dims), permuted, offset);
    }

    /**
     * Repeats axes of extent 1, and adds axes on the left, by stride 0.
     *
     * @param to the shape to expand to; this shape must broadcast to it
     * @return the view
     * @throws ShapeException if this shape does not broadcast to {@code to}
     */
    public Layout expand(Shape to) {
        if (to.equals(shape)) {
            return this;
        }
        int added = to.rank() - shape.rank();
        int[] expanded = new int[to.rank()];
        for (int i = 0; i < to.rank(); i++) {
            int from = i < added ? 1 : shape.dim(i - added);
            if (added < 0 || from != to.dim(i) && from != 1) {
                throw ShapeException.of("expand", "cannot expand", List.of(shape), "wanted " + to,
                        "only axes of extent 1 can be repeated");
            }
            expanded[i] = i < added || from == 1 ? 0 : strides[i - added];
        }
        return new Layout(to, expanded, offset);
    }

    /**
     * Every {@code step}-th element from {@code start} (inclusive) to {@code stop} (exclusive) along each axis.
     *
     * @param starts first index an axis
     * @param stops one past the last index an axis
     * @param steps positive step an axis
     * @return the view
     */
    public Layout slice(List<Integer> starts, List<Integer> stops, List<Integer> steps) {
        int[] dims = new int[shape.rank()];
        int[] sliced = new int[shape.rank()];
        int first = offset;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = Math.ceilDiv(stops.get(i) - starts.get(i), steps.get(i));
            sliced[i] = strides[i] * steps.get(i);
            first += dims[i] == 0 ? 0 : starts.get(i) * strides[i];
        }
        return new Layout(Shape.of(dims), sliced, first);
    }

    /**
     * The elements in reverse order along some axes.
     *
     * @param axes the axes to flip, none of them negative
     * @return the view
     */
    public Layout flip(List<Integer> axes) {
        int[] flipped = strides.clone();
        int first = offset;
        for (int axis : axes) {
            flipped[axis] = -strides[axis];
            first += Math.max(0, shape.dim(axis) - 1) * strides[axis];
        }
        return new Layout(shape, flipped, first);
    }

    /**
     * The same elements under another shape, where strides can express it.
     *
     * @param to a shape of the same size
     * @return the view, or empty where the elements must be copied first
     */
    public Optional<Layout> reshape(Shape to) {
        if (isContiguous() || shape.size() == 0) {
            return Optional.of(new Layout(to, contiguous(to).strides, offset));
        }
        // Each run of new axes must be cut from a run of old axes that is dense in itself.
        int[] reshaped = new int[to.rank()];
        int from = shape.rank() - 1;
        int at = to.rank() - 1;
        while (at >= 0) {
            while (from >= 0 && shape.dim(from) == 1) {
                from--;
            }
            if (to.dim(at) == 1 || from < 0) {
                reshaped[at--] = 1;
                continue;
            }
            long run = shape.dim(from);
            int stride = strides[from];
            long cut = 1;
            while (at >= 0 && cut < run) {
                reshaped[at] = (int) (stride * cut);
                cut *= to.dim(at--);
                while (cut > run) {
                    int outer = --from;
                    while (outer >= 0 && shape.dim(outer) == 1) {
                        outer = --from;
                    }
                    if (outer < 0 || strides[outer] != stride * run) {
                        return Optional.empty();
                    }
                    run *= shape.dim(outer);
                }
            }
            if (cut != run) {
                return Optional.empty();
            }
            from--;
        }
        return Optional.of(new Layout(to, reshaped, offset));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout layout && offset == layout.offset && shape.equals(layout.shape)
                && Arrays.equals(strides, layout.strides);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + offset;
    }

    /** {@return shape, strides and offset} */
    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
