package limbeck.distill.experiment;

import java.util.Arrays;
import java.util.List;

/**
 * A figure over several seeds.
 *
 * @param values one value a seed, in the order of the seeds
 */
public record Spread(List<Double> values) {
    /** Copies the list. */
    public Spread {
        values = List.copyOf(values);
    }

    /**
     * A figure over seeds.
     *
     * @param values one value a seed
     * @return the spread
     */
    public static Spread of(double... values) {
        return new Spread(Arrays.stream(values).boxed().toList());
    }

    /**
     * The mean.
     *
     * @return NaN of no value
     */
    public double mean() {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /**
     * The standard deviation of a sample (n - 1 in the denominator).
     *
     * @return 0 for a single value
     */
    public double std() {
        double mean = mean();
        double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }
}
