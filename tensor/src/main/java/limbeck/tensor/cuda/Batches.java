package limbeck.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;

/**
 * The batches of a matrix product: an inner axis, which one launch goes through, and outer ones. Axes along which both operands go on
 * evenly are merged, so that there is an outer one only where an operand is broadcast along some axes and not along others.
 */
final class Batches {
    static final Batches NONE = new Batches(List.of());

    /** From the innermost: size, and the distances in the left and the right operand, 0 where it is broadcast. */
    private final List<int[]> axes;

    private Batches(List<int[]> axes) {
        this.axes = axes;
    }

    /** The axes of a result before its last two. */
    static Batches of(Layout left, Layout right, Shape out) {
        var axes = new ArrayList<int[]>();
        for (int axis = -3; axis >= -out.rank(); axis--) {
            int size = out.dim(axis);
            if (size == 1) {
                continue;
            }
            int[] next = {size, stride(left, axis), stride(right, axis)};
            int[] last = axes.isEmpty() ? null : axes.getLast();
            if (last != null && next[1] == last[0] * last[1] && next[2] == last[0] * last[2]) {
                last[0] *= size;
            } else {
                axes.add(next);
            }
        }
        return new Batches(axes);
    }

    private static int stride(Layout layout, int axis) {
        return -axis > layout.shape().rank() || layout.shape().dim(axis) == 1 ? 0 : layout.stride(axis);
    }

    /** Whether all batches of the left operand can be taken as rows of one matrix, which is multiplied by one right operand. */
    boolean isRowsOf(CudaGemm.Side left, int rows) {
        return axes.size() == 1 && axes.getFirst()[2] == 0 && axes.getFirst()[1] == (long) rows * left.row();
    }

    /** How many batches a launch goes through, at most. */
    int inner() {
        return axes.isEmpty() ? 1 : axes.getFirst()[0];
    }

    /** How many times there are so many. */
    int outer() {
        int count = 1;
        for (int[] axis : axes.subList(Math.min(1, axes.size()), axes.size())) {
            count *= axis[0];
        }
        return count;
    }

    /** The left operand's batches from number {@code from} of an outer index on. */
    CudaGemm.Side left(CudaGemm.Side side, int outer, int from) {
        return side(side, 1, outer, from);
    }

    /** The right operand's. */
    CudaGemm.Side right(CudaGemm.Side side, int outer, int from) {
        return side(side, 2, outer, from);
    }

    private CudaGemm.Side side(CudaGemm.Side side, int operand, int outer, int from) {
        if (axes.isEmpty()) {
            return side;
        }
        int stride = axes.getFirst()[operand];
        long start = (long) from * stride;
        int rest = outer;
        for (int[] axis : axes.subList(1, axes.size())) {
            start += (long) (rest % axis[0]) * axis[operand];
            rest /= axis[0];
        }
        CudaGemm.Side at = side.from(start);
        return new CudaGemm.Side(at.address(), at.row(), at.step(), stride);
    }
}
