package limbeck.tensor.op;

import java.util.HashSet;
import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * A fold over some axes. The order of the additions is fixed by the shape alone, never by the number of threads.
 *
 * @param fn how to fold
 * @param axes the axes to fold, none of them negative or twice; an empty list folds nothing
 * @param keep true to keep each folded axis with extent 1
 */
public record Reduce(ReduceFn fn, List<Integer> axes, boolean keep) implements KernelOp {
    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public Shape infer(List<Shape> in) {
        Shape shape = in.getFirst();
        axes.forEach(shape::axis);
        if (axes.stream().anyMatch(axis -> axis < 0)) {
            throw ShapeException.of(name(), "an axis is negative", in, "axes " + axes, "count axes from 0");
        }
        if (new HashSet<>(axes).size() != axes.size()) {
            throw ShapeException.of(name(), "an axis is named twice", in, "axes " + axes, "name each axis once");
        }
        return shape.without(axes, keep);
    }

    @Override
    public Saves saves() {
        return switch (fn) {
            case SUM -> Saves.NOTHING;
            case MAX, MIN -> Saves.BOTH;
        };
    }
}
