package limbeck.benchmarks.gpu;

import java.util.Locale;
import java.util.SplittableRandom;
import limbeck.tensor.Precision;

/** Whether a rival computes the same: a figure beside one that does something else would say nothing. */
final class Agreement {
    private static final long SEED = 7;

    private Agreement() {
    }

    /** Normal numbers, the same in every run. */
    static float[] numbers(int count, long salt) {
        var random = new SplittableRandom(SEED + salt);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /**
     * Compares results by the length of their difference, over the length of ours.
     *
     * @throws IllegalStateException if it is larger than the roughest of both may round to, or not a number
     */
    static void require(Precision precision, float[] ours, float[] theirs) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < ours.length; i++) {
            difference += Math.pow((double) ours[i] - theirs[i], 2);
            length += (double) ours[i] * ours[i];
        }
        double error = Math.sqrt(difference / length);
        // NaN is not below any limit.
        if (!(error <= limit(precision))) {
            throw new IllegalStateException(String.format(Locale.ROOT, "the results differ by %.2g of their length, allowed is %.2g", error,
                    limit(precision)));
        }
    }

    /** Twice what rounding both factors costs: half a unit in the last place each. */
    private static double limit(Precision precision) {
        return switch (precision) {
            case STRICT, FP32 -> 2e-5;
            case TF32 -> 2e-3;
            case BF16 -> 1.6e-2;
        };
    }
}
