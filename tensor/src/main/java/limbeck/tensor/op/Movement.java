package limbeck.tensor.op;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/** An op that moves no element: its result is another {@link Layout} over the operand's storage. */
public sealed interface Movement extends Op {
    /**
     * The layout of the result. The shape has been checked by {@link #infer} before.
     *
     * @param in the operand's layout; for {@link Reshape} one that can be viewed in the new shape
     * @return the view
     */
    Layout view(Layout in);

    /**
     * The same elements, in row-major order, under another shape of the same size.
     *
     * @param to the new shape
     */
    record Reshape(Shape to) implements Movement {
        @Override
        public String name() {
            return "reshape";
        }

        @Override
        public Shape infer(List<Shape> in) {
            if (in.getFirst().size() != to.size()) {
                throw ShapeException.of("reshape", "sizes differ", in, "wanted " + to + " with " + to.size() + " elements, have "
                        + in.getFirst().size(), "use -1 for the one dimension that follows from the others");
            }
            return to;
        }

        @Override
        public Layout view(Layout in) {
            return in.reshape(to).orElseThrow();
        }
    }

    /**
     * The axes in a new order.
     *
     * @param axes a permutation of {@code 0 .. rank - 1}: axis i of the result is axis {@code axes[i]} of the operand
     */
    record Permute(List<Integer> axes) implements Movement {
        @Override
        public String name() {
            return "permute";
        }

        @Override
        public Shape infer(List<Shape> in) {
            Shape shape = in.getFirst();
            if (!axes.stream().sorted().toList().equals(IntStream.range(0, shape.rank()).boxed().toList())) {
                throw ShapeException.of("permute", "axes " + axes + " are not a permutation", in,
                        "need each of 0 to " + (shape.rank() - 1) + " once", "");
            }
            return Shape.of(axes.stream().mapToInt(shape::dim).toArray());
        }

        @Override
        public Layout view(Layout in) {
            return in.permute(axes);
        }
    }

    /**
     * Repetition along axes of extent 1 and along new axes on the left, without copying.
     *
     * @param to the shape to expand to
     */
    record Expand(Shape to) implements Movement {
        @Override
        public String name() {
            return "expand";
        }

        @Override
        public Shape infer(List<Shape> in) {
            return Layout.contiguous(in.getFirst()).expand(to).shape();
        }

        @Override
        public Layout view(Layout in) {
            return in.expand(to);
        }
    }

    /**
     * Every step-th element from start (inclusive) to stop (exclusive), axis by axis.
     *
     * @param starts first index an axis
     * @param stops one past the last index an axis
     * @param steps positive step an axis
     */
    record Slice(List<Integer> starts, List<Integer> stops, List<Integer> steps) implements Movement {
        @Override
        public String name() {
            return "slice";
        }

        @Override
        public Shape infer(List<Shape> in) {
            Shape shape = in.getFirst();
            if (starts.size() != shape.rank() || stops.size() != shape.rank() || steps.size() != shape.rank()) {
                throw ShapeException.of("slice", "one range an axis is needed", in, "got " + starts.size() + " for rank " + shape.rank(), "");
            }
            int[] dims = new int[shape.rank()];
            for (int i = 0; i < dims.length; i++) {
                int start = starts.get(i);
                int stop = stops.get(i);
                if (start < 0 || stop > shape.dim(i) || start > stop || steps.get(i) < 1) {
                    throw ShapeException.of("slice", "range out of bounds", in, "asked for " + start + " to " + stop + " step "
                            + steps.get(i) + " on axis " + i + " of extent " + shape.dim(i), "keep 0 <= start <= stop <= extent and step >= 1");
                }
                dims[i] = Math.ceilDiv(stop - start, steps.get(i));
            }
            return Shape.of(dims);
        }

        @Override
        public Layout view(Layout in) {
            return in.slice(starts, stops, steps);
        }
    }

    /**
     * The elements in reverse order along some axes.
     *
     * @param axes the axes, none of them negative
     */
    record Flip(List<Integer> axes) implements Movement {
        @Override
        public String name() {
            return "flip";
        }

        @Override
        public Shape infer(List<Shape> in) {
            axes.forEach(in.getFirst()::axis);
            if (new HashSet<>(axes).size() != axes.size()) {
                throw ShapeException.of("flip", "an axis is named twice", in, "axes " + axes, "name each axis once");
            }
            return in.getFirst();
        }

        @Override
        public Layout view(Layout in) {
            return in.flip(axes);
        }
    }
}
