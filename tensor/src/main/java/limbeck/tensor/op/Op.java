package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;

/**
 * What can be done to tensors, as data. An op knows its name, infers and checks its output shape (nowhere else are
 * shapes checked), says what its backward may look at, and nothing more: the backends and the table of gradients
 * interpret it in switches without {@code default}, so that the compiler lists every place a new op has forgotten.
 *
 * <p>Four kinds: a {@link KernelOp} is computed by a backend, a {@link FusedOp} by those backends that have a kernel for it and
 * as other ops by the rest, a {@link Movement} only makes a new view of the same storage, and a {@link Custom} is a user's own.
 */
public sealed interface Op permits KernelOp, FusedOp, Movement, Custom {
    /**
     * The name that users know, for errors and for the printed tape.
     *
     * @return such as {@code matmul}
     */
    String name();

    /**
     * Checks the operands and infers the shape of the result.
     *
     * @param in the operands' shapes
     * @return the result's shape
     * @throws limbeck.tensor.ShapeException if the operands do not fit
     */
    Shape infer(List<Shape> in);

    /**
     * What the gradient rule may look at; only that is kept until backward.
     *
     * @return nothing, unless the op says otherwise
     */
    default Saves saves() {
        return Saves.NOTHING;
    }

    /**
     * Whether the gradient rule may look at the result's memory; if not, backward gives it back before the rule runs.
     *
     * @return true if the result is saved, unless the op says otherwise
     */
    default boolean mayReadResult() {
        return saves().output();
    }

    /** What an op's gradient rule needs besides the incoming gradient and the operands' shapes. */
    enum Saves {
        /** Shapes alone. */
        NOTHING,
        /** The operands. */
        INPUTS,
        /** The result. */
        OUTPUT,
        /** Operands and result. */
        BOTH;

        /**
         * Whether the operands are kept.
         *
         * @return true for INPUTS and BOTH
         */
        public boolean inputs() {
            return this == INPUTS || this == BOTH;
        }

        /**
         * Whether the result is kept.
         *
         * @return true for OUTPUT and BOTH
         */
        public boolean output() {
            return this == OUTPUT || this == BOTH;
        }
    }

    /** Orders of the elements in memory that an op may choose for its result. */
    enum Order {
        /** Row-major. */
        ROW_MAJOR,
        /** (N, C, H, W) laid out as (N, H, W, C). */
        CHANNELS_LAST,
        /** Dense in the order of the first operand that has the result's shape and no gaps, else row-major. */
        LIKE_INPUT,
        /** Dense in the order of the first operand, whatever its extents. */
        LIKE_FIRST;

        /**
         * The layout of a result.
         *
         * @param shape the result's shape
         * @param in the operands' layouts
         * @return a dense layout at offset 0
         */
        public Layout layout(Shape shape, List<Layout> in) {
            return switch (this) {
                case ROW_MAJOR -> Layout.contiguous(shape);
                case CHANNELS_LAST -> Layout.channelsLast(shape);
                case LIKE_INPUT -> likeInput(shape, in);
                case LIKE_FIRST -> Layout.denseLike(shape, in.getFirst());
            };
        }

        private static Layout likeInput(Shape shape, List<Layout> in) {
            for (Layout layout : in) {
                if (layout.shape().equals(shape)) {
                    Layout dense = Layout.denseLike(shape, layout);
                    if (layout.sameOrder(dense)) {
                        return dense;
                    }
                }
            }
            return Layout.contiguous(shape);
        }
    }
}
