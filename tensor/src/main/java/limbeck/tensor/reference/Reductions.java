package limbeck.tensor.reference;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ReduceFn;
import limbeck.tensor.spi.View;

/** Folds of many elements into one. */
final class Reductions {
    private Reductions() {
    }

    /** Folds in row-major order of the operand. */
    static void reduce(Reduce op, View in, View out) {
        Elements x = Elements.of(in);
        Elements y = kept(in, op.axes(), out);
        var folded = new Indices(folded(in.shape(), op.axes()));
        int[] at = new int[in.shape().rank()];
        for (int[] i : y.indices()) {
            double sum = identity(op.fn());
            for (int[] j : folded) {
                for (int axis = 0; axis < at.length; axis++) {
                    // One of the two is 0: i moves on the axes that stay, j on those that go.
                    at[axis] = i[axis] + j[axis];
                }
                sum = fold(op.fn(), sum, x.get(at));
            }
            y.set(sum, i);
        }
    }

    /** The first element that no other beats; nothing beats a NaN. */
    static void argReduce(ArgReduce op, View in, View out) {
        Elements x = Elements.of(in);
        Elements y = kept(in, List.of(op.axis()), out);
        for (int[] i : y.indices()) {
            int[] at = i.clone();
            int best = 0;
            double value = x.get(at);
            for (int j = 1; j < in.shape().dim(op.axis()); j++) {
                at[op.axis()] = j;
                double candidate = x.get(at);
                if (!Double.isNaN(value) && (Double.isNaN(candidate) || (op.largest() ? candidate > value : candidate < value))) {
                    best = j;
                    value = candidate;
                }
            }
            y.set(best, i);
        }
    }

    /** The result with its folded axes in place, so that its indices are indices of the operand. */
    private static Elements kept(View in, List<Integer> axes, View out) {
        return Elements.of(out, out.layout().reshape(in.shape().without(axes, true)).orElseThrow());
    }

    /** The operand's shape with extent 1 on every axis that stays. */
    private static Shape folded(Shape shape, List<Integer> axes) {
        int[] dims = shape.dims();
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = axes.contains(axis) ? dims[axis] : 1;
        }
        return Shape.of(dims);
    }

    private static double identity(ReduceFn fn) {
        return switch (fn) {
            case SUM -> 0;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    private static double fold(ReduceFn fn, double x, double y) {
        return switch (fn) {
            case SUM -> x + y;
            case MAX -> Math.max(x, y);
            case MIN -> Math.min(x, y);
        };
    }
}
