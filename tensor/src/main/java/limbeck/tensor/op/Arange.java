package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * {@code start, start + step, start + 2 step, ...}, from no operands.
 *
 * @param count how many numbers
 * @param type their element type
 * @param start the first
 * @param step the difference
 */
public record Arange(int count, DType type, double start, double step) implements KernelOp {
    @Override
    public String name() {
        return "arange";
    }

    @Override
    public Shape infer(List<Shape> in) {
        return Shape.of(count);
    }

    @Override
    public DType inferType(List<DType> in) {
        return type;
    }
}
