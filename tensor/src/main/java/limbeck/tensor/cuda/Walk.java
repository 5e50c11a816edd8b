package limbeck.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import limbeck.tensor.Layout;

/**
 * How an element's number turns into its places in some operands: the struct {@code Walk} of {@code common.cuh}. Axes that lie one
 * behind the other in all operands are merged, so that most walks have one or two.
 */
final class Walk {
    static final int MAX_RANK = 8;

    private final int operands;
    /** From the innermost axis: its size, and the strides of the operands. */
    private final List<int[]> axes;

    private Walk(int operands, List<int[]> axes) {
        this.operands = operands;
        this.axes = axes;
    }

    /**
     * The walk over layouts of one shape, in the order in which the first one lies in memory.
     *
     * @param layouts at least one; where the first is dense, the walk counts its elements one by one
     * @return the walk
     * @throws IllegalArgumentException if more than {@value #MAX_RANK} axes are left
     */
    static Walk of(Layout... layouts) {
        int rank = layouts[0].shape().rank();
        int[] all = new int[rank];
        Arrays.setAll(all, i -> i);
        return over(all, layouts);
    }

    /** The walk over some axes only. */
    static Walk over(int[] axes, Layout... layouts) {
        var each = new ArrayList<int[]>();
        for (int axis : axes) {
            int size = layouts[0].shape().dim(axis);
            if (size != 1) {
                int[] entry = new int[1 + layouts.length];
                entry[0] = size;
                for (int k = 0; k < layouts.length; k++) {
                    entry[1 + k] = layouts[k].stride(axis);
                }
                each.add(entry);
            }
        }
        // Stable, so that axes that repeat the first operand keep their order; the innermost comes first.
        each.sort(Comparator.comparingInt(entry -> -Math.abs(entry[1])));
        return new Walk(layouts.length, merged(each.reversed()));
    }

    private static List<int[]> merged(List<int[]> axes) {
        var merged = new ArrayList<int[]>();
        for (int[] axis : axes) {
            int[] inner = merged.isEmpty() ? null : merged.getLast();
            if (inner != null && continues(inner, axis)) {
                inner[0] *= axis[0];
            } else {
                merged.add(axis.clone());
            }
        }
        if (merged.size() > MAX_RANK) {
            throw new IllegalArgumentException("cuda: a view of " + merged.size() + " axes that lie apart in memory is too much for a"
                    + " kernel, which follows " + MAX_RANK + "; make it contiguous() in two steps");
        }
        return merged;
    }

    private static boolean continues(int[] inner, int[] outer) {
        for (int k = 1; k < inner.length; k++) {
            if (outer[k] != inner[0] * inner[k]) {
                return false;
            }
        }
        return true;
    }

    /** How many axes are left; from the innermost. */
    int rank() {
        return axes.size();
    }

    int size(int axis) {
        return axes.get(axis)[0];
    }

    int stride(int operand, int axis) {
        return axes.get(axis)[1 + operand];
    }

    /** The walk without some of its axes. */
    Walk without(int... dropped) {
        var kept = new ArrayList<int[]>();
        for (int axis = 0; axis < axes.size(); axis++) {
            int at = axis;
            if (Arrays.stream(dropped).noneMatch(d -> d == at)) {
                kept.add(axes.get(axis));
            }
        }
        return new Walk(operands, kept);
    }

    /** The walk of the operands from a given one on: where the first is dense, its place is the element's number. */
    Walk from(int operand) {
        var rest = new ArrayList<int[]>();
        for (int[] axis : axes) {
            int[] entry = new int[axis.length - operand];
            entry[0] = axis[0];
            System.arraycopy(axis, 1 + operand, entry, 1, entry.length - 1);
            rest.add(entry);
        }
        return new Walk(operands - operand, rest);
    }

    /** The same walk with the operands in reverse order. */
    Walk reversed() {
        var swapped = new ArrayList<int[]>();
        for (int[] axis : axes) {
            int[] entry = new int[axis.length];
            entry[0] = axis[0];
            for (int k = 1; k < axis.length; k++) {
                entry[k] = axis[axis.length - k];
            }
            swapped.add(entry);
        }
        return new Walk(operands, swapped);
    }

    /** Whether an operand's places are the element's number times 1 or 0, which {@link #step} tells apart. */
    boolean isFlat(int operand) {
        return axes.isEmpty() || axes.size() == 1 && (stride(operand, 0) == 1 || stride(operand, 0) == 0);
    }

    /** 1, or 0 for an operand of one element; where it {@link #isFlat}. */
    int step(int operand) {
        return axes.isEmpty() ? 0 : stride(operand, 0);
    }

    /** Whether rows are whole fours of elements that lie behind one another, or are one number, in all operands. */
    boolean isInFours() {
        if (axes.isEmpty() || size(0) % 4 != 0) {
            return false;
        }
        for (int k = 0; k < operands; k++) {
            for (int axis = 0; axis < rank(); axis++) {
                boolean fits = axis == 0 ? stride(k, 0) == 1 || stride(k, 0) == 0 : stride(k, 0) == 0 || stride(k, axis) % 4 == 0;
                if (!fits) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The walk over fours of elements. */
    Walk inFours() {
        var fours = new ArrayList<>(axes);
        int[] row = axes.getFirst().clone();
        row[0] /= 4;
        for (int k = 1; k < row.length; k++) {
            row[k] *= 4;
        }
        fours.set(0, row);
        return new Walk(operands, fours);
    }

    /** The struct, as an argument of a kernel. */
    int[] struct() {
        int[] struct = new int[1 + (3 + operands) * MAX_RANK];
        struct[0] = axes.size();
        for (int i = 0; i < axes.size(); i++) {
            int[] axis = axes.get(i);
            int shift = 32 - Integer.numberOfLeadingZeros(axis[0] - 1);
            struct[1 + i] = axis[0];
            struct[1 + MAX_RANK + i] = (int) (((1L << 32) * ((1L << shift) - axis[0])) / axis[0] + 1);
            struct[1 + 2 * MAX_RANK + i] = shift;
            for (int k = 0; k < operands; k++) {
                struct[1 + (3 + k) * MAX_RANK + i] = axis[1 + k];
            }
        }
        return struct;
    }
}
