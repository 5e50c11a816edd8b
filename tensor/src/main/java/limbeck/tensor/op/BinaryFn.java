package limbeck.tensor.op;

import java.util.function.DoubleBinaryOperator;

/** The elementwise functions of two operands, each with its CUDA text over {@code x} and {@code y}. */
public enum BinaryFn {
    /** The sum. */
    ADD("x + y", Double::sum),
    /** The difference. */
    SUB("x - y", (x, y) -> x - y),
    /** The product. */
    MUL("x * y", (x, y) -> x * y),
    /** The quotient. */
    DIV("x / y", (x, y) -> x / y),
    /** The larger one; NaN if either is. */
    MAXIMUM("x != x ? x : y != y ? y : fmaxf(x, y)", Math::max),
    /** The smaller one; NaN if either is. */
    MINIMUM("x != x ? x : y != y ? y : fminf(x, y)", Math::min),
    /** {@code x} to the power {@code y}. */
    POW("powf(x, y)", Math::pow),
    /** {@code y} where {@code x} is above 0, else 0: the gradient of a ReLU with the result {@code x}. */
    GATE("x > 0.0f ? y : 0.0f", (x, y) -> x > 0 ? y : 0);

    private final String cuda;
    private final DoubleBinaryOperator meaning;

    BinaryFn(String cuda, DoubleBinaryOperator meaning) {
        this.cuda = cuda;
        this.meaning = meaning;
    }

    /**
     * The function in double.
     *
     * @param x the left operand
     * @param y the right operand
     * @return its value
     */
    public double apply(double x, double y) {
        return meaning.applyAsDouble(x, y);
    }

    /**
     * The function as a CUDA expression over float variables {@code x} and {@code y}.
     *
     * @return the text
     */
    public String cuda() {
        return cuda;
    }
}
