package limbeck.tensor.op;

import java.util.List;
import java.util.Locale;
import limbeck.tensor.DType;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;

/**
 * Random numbers, from no operands: element i (in row-major order) depends on the key and on i alone.
 *
 * @param distribution which distribution
 * @param shape the shape
 * @param type a floating-point element type
 * @param key where the randomness comes from
 * @param a lower bound, mean, or probability of a 1
 * @param b upper bound or standard deviation; unused for BERNOULLI
 */
public record Random(Distribution distribution, Shape shape, DType type, Key key, double a, double b) implements KernelOp {
    /** Distributions to draw from. */
    public enum Distribution {
        /** {@code a + (b - a) * key.uniform(i)}: uniform in {@code [a, b)}. */
        UNIFORM,
        /** {@code a + b * key.gaussian(i)}: normal with mean a and standard deviation b. */
        NORMAL,
        /** 1 where {@code key.uniform(i) < a}, else 0. */
        BERNOULLI
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if they make no distribution
     */
    public Random {
        boolean fits = switch (distribution) {
            case UNIFORM -> a <= b;
            case NORMAL -> b >= 0;
            case BERNOULLI -> a >= 0 && a <= 1;
        };
        if (!fits) {
            throw new IllegalArgumentException(switch (distribution) {
                case UNIFORM -> "uniform: the bounds are " + a + " and " + b + "; the lower one comes first";
                case NORMAL -> "normal: the standard deviation is " + b + "; it must be 0 or more";
                case BERNOULLI -> "bernoulli: the probability is " + a + "; it must lie within 0 to 1";
            });
        }
    }

    @Override
    public String name() {
        return distribution.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Shape infer(List<Shape> in) {
        return shape;
    }

    @Override
    public DType inferType(List<DType> in) {
        return Types.floating(this, List.of(type));
    }
}
