package limbeck.tensor;

import java.util.List;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.Unary;
import limbeck.tensor.op.UnaryFn;
import limbeck.tensor.op.Where;

/**
 * Arithmetic, functions and comparisons, element by element.
 *
 * @param <T> the implementing type itself
 */
public interface ElementwiseOps<T extends TensorOps<T>> extends Operand<T> {
    /**
     * The sum. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T add(T right) {
        return apply(new Binary(BinaryFn.ADD), List.of(right));
    }

    /**
     * The difference. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T sub(T right) {
        return apply(new Binary(BinaryFn.SUB), List.of(right));
    }

    /**
     * The product, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T mul(T right) {
        return apply(new Binary(BinaryFn.MUL), List.of(right));
    }

    /**
     * The quotient. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T div(T right) {
        return apply(new Binary(BinaryFn.DIV), List.of(right));
    }

    /**
     * The larger of two numbers; NaN if either is. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T maximum(T right) {
        return apply(new Binary(BinaryFn.MAXIMUM), List.of(right));
    }

    /**
     * The smaller of two numbers; NaN if either is. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T minimum(T right) {
        return apply(new Binary(BinaryFn.MINIMUM), List.of(right));
    }

    /**
     * Another where this is above 0, and 0 elsewhere. The operands broadcast.
     *
     * @param right what passes
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T gate(T right) {
        return apply(new Binary(BinaryFn.GATE), List.of(right));
    }

    /**
     * This to the power of another. The operands broadcast.
     *
     * @param right the right operand
     * @return a new operand of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T pow(T right) {
        return apply(new Binary(BinaryFn.POW), List.of(right));
    }

    /**
     * Adds a number.
     *
     * @param number the number
     * @return a new operand of the same shape
     */
    default T add(double number) {
        return apply(new Unary(UnaryFn.AFFINE, 1, number), List.of());
    }

    /**
     * Subtracts a number.
     *
     * @param number the number
     * @return a new operand of the same shape
     */
    default T sub(double number) {
        return apply(new Unary(UnaryFn.AFFINE, 1, -number), List.of());
    }

    /**
     * Subtracts this from a number: {@code number - x}.
     *
     * @param number the number
     * @return a new operand of the same shape
     */
    default T rsub(double number) {
        return apply(new Unary(UnaryFn.AFFINE, -1, number), List.of());
    }

    /**
     * Multiplies by a number.
     *
     * @param number the number
     * @return a new operand of the same shape
     */
    default T mul(double number) {
        return apply(new Unary(UnaryFn.AFFINE, number, 0), List.of());
    }

    /**
     * Divides by a number.
     *
     * @param number the number
     * @return a new operand of the same shape
     * @throws ShapeException if this holds integers: a product with a reciprocal would not be their quotient
     */
    default T div(double number) {
        dtype().requireFloating("div");
        return apply(new Unary(UnaryFn.AFFINE, 1 / number, 0), List.of());
    }

    /**
     * Changes the sign.
     *
     * @return a new operand of the same shape
     */
    default T neg() {
        return apply(new Unary(UnaryFn.AFFINE, -1, 0), List.of());
    }

    /**
     * The exponential.
     *
     * @return a new operand of the same shape
     */
    default T exp() {
        return apply(new Unary(UnaryFn.EXP), List.of());
    }

    /**
     * The natural logarithm.
     *
     * @return a new operand of the same shape
     */
    default T log() {
        return apply(new Unary(UnaryFn.LOG), List.of());
    }

    /**
     * The square root.
     *
     * @return a new operand of the same shape
     */
    default T sqrt() {
        return apply(new Unary(UnaryFn.SQRT), List.of());
    }

    /**
     * One over the square root.
     *
     * @return a new operand of the same shape
     */
    default T rsqrt() {
        return apply(new Unary(UnaryFn.RSQRT), List.of());
    }

    /**
     * {@code 1 / x}.
     *
     * @return a new operand of the same shape
     */
    default T reciprocal() {
        return apply(new Unary(UnaryFn.RECIPROCAL), List.of());
    }

    /**
     * {@code x * x}.
     *
     * @return a new operand of the same shape
     */
    default T square() {
        return apply(new Unary(UnaryFn.SQUARE), List.of());
    }

    /**
     * The hyperbolic tangent.
     *
     * @return a new operand of the same shape
     */
    default T tanh() {
        return apply(new Unary(UnaryFn.TANH), List.of());
    }

    /**
     * The logistic function {@code 1 / (1 + exp(-x))}.
     *
     * @return a new operand of the same shape
     */
    default T sigmoid() {
        return apply(new Unary(UnaryFn.SIGMOID), List.of());
    }

    /**
     * The error function.
     *
     * @return a new operand of the same shape
     */
    default T erf() {
        return apply(new Unary(UnaryFn.ERF), List.of());
    }

    /**
     * {@code max(x, 0)} (Nair and Hinton, ICML 2010); its gradient at 0 is 0.
     *
     * @return a new operand of the same shape
     */
    default T relu() {
        return apply(new Unary(UnaryFn.RELU), List.of());
    }

    /**
     * {@code log(1 + exp(x))}, without overflow.
     *
     * @return a new operand of the same shape
     */
    default T softplus() {
        return apply(new Unary(UnaryFn.SOFTPLUS), List.of());
    }

    /**
     * The absolute value; its gradient at 0 is 0.
     *
     * @return a new operand of the same shape
     */
    default T abs() {
        return apply(new Unary(UnaryFn.ABS), List.of());
    }

    /**
     * -1, 0 or 1; its gradient is 0.
     *
     * @return a new operand of the same shape
     */
    default T sign() {
        return apply(new Unary(UnaryFn.SIGN), List.of());
    }

    /**
     * {@code x} where positive, else {@code slope * x} (Maas et al., 2013).
     *
     * @param slope the slope on the left, usually 0.01
     * @return a new operand of the same shape
     */
    default T leakyRelu(double slope) {
        return apply(new Unary(UnaryFn.LEAKY_RELU, slope, 0), List.of());
    }

    /**
     * This to the power of a number.
     *
     * @param exponent the exponent
     * @return a new operand of the same shape
     */
    default T pow(double exponent) {
        return apply(new Unary(UnaryFn.POW, exponent, 0), List.of());
    }

    /**
     * Limits to a range. The gradient passes where the number lies within it, bounds included.
     *
     * @param low the lower bound
     * @param high the upper bound
     * @return a new operand of the same shape
     * @throws IllegalArgumentException if low is above high
     */
    default T clamp(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: the bounds are " + low + " and " + high + "; the lower one comes first");
        }
        return apply(new Unary(UnaryFn.CLAMP, low, high), List.of());
    }

    /**
     * Whether this equals another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T eq(T right) {
        return apply(new Compare(CompareFn.EQ), List.of(right));
    }

    /**
     * Whether this equals a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T eq(double number) {
        return eq(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * Whether this differs from another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T ne(T right) {
        return apply(new Compare(CompareFn.NE), List.of(right));
    }

    /**
     * Whether this differs from a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T ne(double number) {
        return ne(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * Whether this is less than another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T lt(T right) {
        return apply(new Compare(CompareFn.LT), List.of(right));
    }

    /**
     * Whether this is less than a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T lt(double number) {
        return lt(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * Whether this is at most another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T le(T right) {
        return apply(new Compare(CompareFn.LE), List.of(right));
    }

    /**
     * Whether this is at most a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T le(double number) {
        return le(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * Whether this is greater than another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T gt(T right) {
        return apply(new Compare(CompareFn.GT), List.of(right));
    }

    /**
     * Whether this is greater than a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T gt(double number) {
        return gt(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * Whether this is at least another, element by element. The operands broadcast.
     *
     * @param right the right operand
     * @return BOOL of the broadcast shape
     * @throws ShapeException if the shapes do not broadcast
     */
    default T ge(T right) {
        return apply(new Compare(CompareFn.GE), List.of(right));
    }

    /**
     * Whether this is at least a number, element by element.
     *
     * @param number the number
     * @return BOOL of the same shape
     */
    default T ge(double number) {
        return ge(constant(device().make(new Fill(Shape.SCALAR, dtype(), number))));
    }

    /**
     * This BOOL as a condition: one value where it is true, another where it is false. All three broadcast.
     *
     * @param yes the values where true
     * @param no the values where false
     * @return a new operand of the broadcast shape
     * @throws ShapeException if this is not BOOL or the shapes do not broadcast
     */
    default T where(T yes, T no) {
        return apply(new Where(), List.of(yes, no));
    }

    /**
     * The same numbers as another element type, rounded as {@link DType#round} says.
     *
     * @param type the wanted type
     * @return this if it has that type already
     */
    default T cast(DType type) {
        return type == dtype() ? self() : apply(new Cast(type), List.of());
    }
}
