package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * A function applied to every element.
 *
 * @param fn the function
 * @param a its first parameter, 0 where it has none
 * @param b its second parameter, 0 where it has none
 */
public record Unary(UnaryFn fn, double a, double b) implements KernelOp {
    /**
     * A function without parameters.
     *
     * @param fn the function
     */
    public Unary(UnaryFn fn) {
        this(fn, 0, 0);
    }

    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT).replace("_", "");
    }

    @Override
    public Shape infer(List<Shape> in) {
        return in.getFirst();
    }

    @Override
    public DType inferType(List<DType> in) {
        return switch (fn) {
            // These keep integers integers; all others leave them.
            case AFFINE, SQUARE, RELU, ABS, SIGN, CLAMP -> Types.same(this, in);
            case EXP, LOG, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, ERF, LEAKY_RELU, SOFTPLUS, POW -> Types.floating(this, in);
        };
    }

    @Override
    public Order order() {
        return Order.LIKE_INPUT;
    }

    @Override
    public Saves saves() {
        return switch (fn) {
            case AFFINE, SIGN -> Saves.NOTHING;
            case EXP, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, RELU -> Saves.OUTPUT;
            case LOG, SQUARE, ERF, LEAKY_RELU, SOFTPLUS, ABS, POW, CLAMP -> Saves.INPUTS;
        };
    }
}
