package limbeck.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The extent of a tensor along each axis, outermost first; a scalar has rank 0. Immutable.
 *
 * {@snippet :
 * Shape images = Shape.of(128, 3, 32, 32);   // batch, channels, height, width
 * images.rank();                             // 4
 * images.size();                             // 393216
 * images.dim(-1);                            // 32: negative axes count from the end
 * }
 */
public final class Shape {
    /** The shape of a single number: rank 0, one element. */
    public static final Shape SCALAR = new Shape(new int[0]);

    /**
     * The most elements of one tensor, 2^31 - 8192. A Java array holds a few less than 2^31, and storage may begin and end within a
     * longer one.
     */
    public static final int MOST = Integer.MAX_VALUE - 8191;

    private final int[] dims;
    private final long size;

    private Shape(int[] dims) {
        this.dims = dims;
        long product = 1;
        for (int dim : dims) {
            if (dim < 0) {
                throw new ShapeException("shape: a dimension is negative in " + text(dims) + "; every dimension must be 0 or more");
            }
            if (dim > 0 && product > Long.MAX_VALUE / dim) {
                throw new ShapeException("shape: " + text(dims) + " has more elements than can be counted");
            }
            product *= dim;
        }
        this.size = product;
    }

    /**
     * A shape with these dimensions.
     *
     * @param dims extents, outermost first; none for a scalar
     * @return the shape
     * @throws ShapeException if a dimension is negative, or the size does not fit a long
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /**
     * The number of axes.
     *
     * @return 0 for a scalar
     */
    public int rank() {
        return dims.length;
    }

    /**
     * The extent along an axis.
     *
     * @param axis from {@code -rank} to {@code rank - 1}; negative axes count from the end
     * @return the extent
     * @throws ShapeException if there is no such axis
     */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /**
     * The number of elements: the product of all dimensions.
     *
     * @return 1 for a scalar
     */
    public long size() {
        return size;
    }

    /**
     * The number of elements as an int, for storage that one Java array holds.
     *
     * @return the size
     * @throws ShapeException if it is more than {@link #MOST}
     */
    public int intSize() {
        if (size > MOST) {
            throw new ShapeException("shape " + this + " has " + size + " elements; one tensor holds at most " + MOST);
        }
        return (int) size;
    }

    /**
     * A copy of the dimensions.
     *
     * @return a new array of length {@link #rank()}
     */
    public int[] dims() {
        return dims.clone();
    }

    /**
     * Turns a possibly negative axis into its index.
     *
     * @param axis from {@code -rank} to {@code rank - 1}
     * @return from 0 to {@code rank - 1}
     * @throws ShapeException if there is no such axis
     */
    public int axis(int axis) {
        int index = axis < 0 ? axis + dims.length : axis;
        if (index < 0 || index >= dims.length) {
            throw new ShapeException("axis " + axis + " does not exist in shape " + this
                    + (dims.length == 0 ? "; a scalar has no axes" : "; give " + -dims.length + " to " + (dims.length - 1)));
        }
        return index;
    }

    /**
     * This shape with one dimension replaced.
     *
     * @param axis the axis, possibly negative
     * @param dim its new extent
     * @return the new shape
     */
    public Shape with(int axis, int dim) {
        int[] changed = dims.clone();
        changed[axis(axis)] = dim;
        return new Shape(changed);
    }

    /**
     * This shape with one more axis in front: of an example, the shape of a batch.
     *
     * @param dim the new axis' extent
     * @return the new shape, of rank one more
     */
    public Shape prepend(int dim) {
        int[] longer = new int[dims.length + 1];
        longer[0] = dim;
        System.arraycopy(dims, 0, longer, 1, dims.length);
        return new Shape(longer);
    }

    /**
     * This shape without some of its axes, or with them set to 1.
     *
     * @param axes the axes to drop; none of them negative
     * @param keep true to leave each dropped axis in place with extent 1
     * @return the new shape
     */
    public Shape without(List<Integer> axes, boolean keep) {
        int[] result = new int[keep ? dims.length : dims.length - axes.size()];
        int at = 0;
        for (int i = 0; i < dims.length; i++) {
            if (!axes.contains(i)) {
                result[at++] = dims[i];
            } else if (keep) {
                result[at++] = 1;
            }
        }
        return new Shape(result);
    }

    /**
     * The common shape of two operands: aligned at the last axis, where extents are equal or one of them is 1.
     *
     * @param op the operation's name, for the error
     * @param left the left operand's shape
     * @param right the right operand's shape
     * @return the broadcast shape
     * @throws ShapeException if they differ on an axis where neither is 1
     */
    public static Shape broadcast(String op, Shape left, Shape right) {
        if (left.equals(right)) {
            return left;
        }
        int rank = Math.max(left.rank(), right.rank());
        int[] result = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int l = i <= left.rank() ? left.dims[left.rank() - i] : 1;
            int r = i <= right.rank() ? right.dims[right.rank() - i] : 1;
            if (l != r && l != 1 && r != 1) {
                throw ShapeException.of(op, "shapes do not broadcast", List.of(left, right),
                        l + " != " + r + " on axis " + -i + ", and neither is 1",
                        "reshape or expand one of them");
            }
            result[rank - i] = l == 1 ? r : l;
        }
        return new Shape(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@return the shape as {@code (2, 3)}; {@code ()} for a scalar} */
    @Override
    public String toString() {
        return text(dims);
    }

    private static String text(int[] dims) {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
