package limbeck.distill.teachers;

import java.util.List;
import limbeck.tensor.TensorOps;

/**
 * What of several teachers is averaged.
 *
 * @param kind logits or probabilities
 * @param temperature of probabilities: {@code softmax(z / temperature)} is what is averaged, and what a student sees when it softens
 *         the result by the same temperature. Of logits it changes nothing
 */
public record Mixture(Kind kind, double temperature) {
    /** The weighted mean of the logits: a geometric mean of probabilities, which is sharp only where the teachers agree. */
    public static final Mixture LOGITS = new Mixture(Kind.LOGITS, 1);
    /** The weighted mean of the probabilities at temperature 1, shown as its logarithm. */
    public static final Mixture PROBABILITIES = new Mixture(Kind.PROBABILITIES, 1);

    /** The two kinds. */
    public enum Kind {
        /** The numbers before the softmax. */
        LOGITS,
        /** The numbers after it. */
        PROBABILITIES
    }

    /**
     * Checks the temperature.
     *
     * @throws IllegalArgumentException if it is not a number above 0
     */
    public Mixture {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ensemble: the temperature at which probabilities are averaged has to be above 0, got "
                    + temperature);
        }
    }

    /**
     * The mean.
     *
     * @param logits of all teachers, (K, N, C)
     * @param weights that add up to 1 over the teachers, (K, 1, 1) or (K, N, 1)
     * @param <T> tensors or variables
     * @return logits (N, C): of {@link Kind#PROBABILITIES} {@code temperature log(sum_k w_k softmax(z_k / temperature))}, whose softmax at
     *         that temperature is the mean of the probabilities
     */
    public <T extends TensorOps<T>> T of(T logits, T weights) {
        return switch (kind) {
            case LOGITS -> logits.mul(weights).sum(List.of(0), false);
            // In log space: a class that all teachers hold impossible has no probability left whose logarithm could be taken.
            case PROBABILITIES -> logits.div(temperature).logSoftmax(-1).add(weights.log()).logSumExp(List.of(0), false).mul(temperature);
        };
    }
}
