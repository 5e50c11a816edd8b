package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/** An op that a backend computes into fresh memory. */
public sealed interface KernelOp extends Op permits Unary, Binary, Compare, Where, Reduce, ArgReduce, Copy, Concat, Pad, Gather,
        ScatterAdd, OneHot, Cast, Fill, Arange, Random, MatMul, Conv2d, Conv2dInput, Conv2dWeight, MaxPool2d, MaxPool2dPick,
        MaxPool2dScatter, AvgPool2d, AvgPool2dInput {

    /**
     * Checks the operands' element types and infers that of the result.
     *
     * @param in the operands' types
     * @return by default the common type of all operands
     * @throws ShapeException if the types do not fit
     */
    default DType inferType(List<DType> in) {
        return Types.same(this, in);
    }

    /**
     * The order of the result's elements in memory.
     *
     * @return row-major unless the op says otherwise
     */
    default Order order() {
        return Order.ROW_MAJOR;
    }

    /** The checks of element types that ops share. */
    final class Types {
        private Types() {
        }

        static DType same(Op op, List<DType> in) {
            for (DType type : in) {
                if (type != in.getFirst()) {
                    throw new ShapeException(op.name() + ": element types differ: " + in + "; cast one side first, for example x.cast("
                            + in.getFirst() + ")");
                }
            }
            if (in.getFirst() == DType.BOOL) {
                throw new ShapeException(op.name() + ": BOOL has no arithmetic; cast it first, for example mask.cast(F32)");
            }
            return in.getFirst();
        }

        static DType floating(Op op, List<DType> in) {
            DType type = same(op, in);
            if (!type.isFloating()) {
                throw new ShapeException(op.name() + ": wants floating-point numbers, got " + type + "; cast first, for example x.cast(F32)");
            }
            return type;
        }

        static void index(Op op, DType type) {
            if (type != DType.I32) {
                throw new ShapeException(op.name() + ": indices must be I32, got " + type + "; cast first, for example index.cast(I32)");
            }
        }

        static void operands(Op op, List<Shape> in, int count) {
            if (in.size() != count) {
                throw new ShapeException(op.name() + ": takes " + count + " operands, got " + in.size());
            }
        }
    }
}
