package limbeck.benchmarks.compare;

import java.util.Arrays;

/** The little that is needed of it. */
final class Statistics {
    private Statistics() {
    }

    /** The middle one; of an even number the mean of the two in the middle. */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The mean of ratios: twice as fast and half as fast cancel. */
    static double geometricMean(double... ratios) {
        return Math.exp(Arrays.stream(ratios).map(Math::log).average().orElse(0));
    }
}
