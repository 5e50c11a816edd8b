package limbeck.tensor;

import java.util.List;

/**
 * How far a backend may be from the oracle. Errors are counted in units of the roundoff of a float, 2^-24, because that
 * is what backends compute in; 16-bit results may in addition fall on the other side of their own rounding.
 */
public sealed interface Tolerance {
    /** Not a bit: choices, copies and small integers. */
    Tolerance EXACT = new Relative(0, 0);

    /** A few units: a function that is one or two instructions, or a good approximation. */
    Tolerance FEW_UNITS = new Relative(6, 0);

    /**
     * Relative to the result.
     *
     * @param units how many roundoffs
     * @param floor added to the result's magnitude, where cancellation makes small results out of large numbers
     */
    record Relative(double units, double floor) implements Tolerance {
    }

    /**
     * Relative to the sum of the magnitudes of the summands. Rounding errors of n additions grow like the square root of n
     * (Higham and Mary, SIAM J. Sci. Comput. 2019), whatever their order.
     *
     * @param terms how many numbers are added up
     */
    record Sum(long terms) implements Tolerance {
    }

    /**
     * The largest allowed distance from the oracle's value.
     *
     * @param expected the oracle's value
     * @param magnitude the sum of the magnitudes of its summands; looked at by {@link Sum} only
     * @param type the element type of the result
     * @return at least 0
     */
    default double allowed(double expected, double magnitude, DType type) {
        double own = switch (type) {
            case BF16 -> 0x1p-7 * Math.abs(expected);
            case F16 -> 0x1p-10 * Math.abs(expected) + 0x1p-24;
            case F32, F64, I8, I32, BOOL -> 0;
        };
        return switch (this) {
            case Relative(double units, double floor) -> units == 0 ? 0
                    : units * 0x1p-24 * (Math.abs(expected) + floor) + Float.MIN_NORMAL + own;
            case Sum(long terms) -> type.isFloating() ? (4 + Math.sqrt(terms)) * 0x1p-24 * magnitude + Float.MIN_NORMAL + own : 0;
        };
    }

    /**
     * The sum of magnitudes that {@link Sum} is relative to: the same sum over the absolute values of the operands.
     *
     * @param sum the case
     * @param in its operands on the reference device
     * @return one magnitude an element of the result
     */
    static double[] magnitudes(OpTable.Case sum, List<Tensor> in) {
        return sum.apply(in.stream().map(x -> x.dtype().isFloating() ? x.abs() : x).toList()).toDoubles();
    }
}
