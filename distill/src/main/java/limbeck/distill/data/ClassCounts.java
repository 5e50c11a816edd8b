package limbeck.distill.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How many examples each class has, and what follows for losses of imbalanced data.
 *
 * {@snippet :
 * ClassCounts counts = train.classCounts();
 * double[] weights = counts.effectiveWeights(0.999);     // for new HardLabels(0, tensor)
 * double[] priors = counts.logPriors();                  // for new LogitAdjusted(tensor)
 * }
 *
 * @param counts one number a class, 0 or more; examples without a label are not counted
 */
public record ClassCounts(int[] counts) {
    /**
     * Copies the counts.
     *
     * @throws IllegalArgumentException if one is negative, or all are 0
     */
    public ClassCounts {
        counts = counts.clone();
        if (Arrays.stream(counts).anyMatch(count -> count < 0) || Arrays.stream(counts).allMatch(count -> count == 0)) {
            throw new IllegalArgumentException("class counts: needs numbers of examples, not all of them 0, got " + Arrays.toString(counts));
        }
    }

    /**
     * Classes that all have the same number of examples.
     *
     * @param classes how many classes
     * @param each how many examples each of them has
     * @return the counts
     */
    public static ClassCounts even(int classes, int each) {
        return new ClassCounts(IntStream.range(0, classes).map(_ -> each).toArray());
    }

    /**
     * One number a class.
     *
     * @return a copy
     */
    @Override
    public int[] counts() {
        return counts.clone();
    }

    /**
     * How many examples one class has.
     *
     * @param label the class
     * @return 0 or more
     */
    public int of(int label) {
        return counts[label];
    }

    /**
     * How many classes there are.
     *
     * @return with those that have no example
     */
    public int classes() {
        return counts.length;
    }

    /**
     * How many examples there are.
     *
     * @return the sum
     */
    public int total() {
        return Arrays.stream(counts).sum();
    }

    /**
     * The classes without an example.
     *
     * @return their labels, in order
     */
    public int[] absent() {
        return IntStream.range(0, counts.length).filter(c -> counts[c] == 0).toArray();
    }

    /**
     * How uneven the classes are.
     *
     * @return the largest count over the smallest one above 0, at least 1
     */
    public double ratio() {
        double least = Arrays.stream(counts).filter(count -> count > 0).min().orElseThrow();
        return Arrays.stream(counts).max().orElseThrow() / least;
    }

    /**
     * Whether accuracy and balanced accuracy are two different things.
     *
     * @return true if the largest class has more than three times the examples of the smallest, or one has none
     */
    public boolean isImbalanced() {
        return ratio() > 3 || absent().length > 0;
    }

    /**
     * Weights by the effective number of examples (Cui et al., CVPR 2019, arXiv 1901.05555): {@code (1 - beta) / (1 - beta^n)},
     * scaled so that their mean over the classes is 1. With beta 0 all weights are 1; towards 1 they become {@code 1 / n}. A class without
     * examples has weight 0 and does not count in the mean: no label asks for it.
     *
     * @param beta from 0 to 1; the paper uses 0.9 to 0.9999
     * @return one weight a class
     * @throws IllegalArgumentException if beta is not from 0 to 1
     */
    public double[] effectiveWeights(double beta) {
        if (!(beta >= 0 && beta <= 1)) {
            throw new IllegalArgumentException("class counts: beta needs a number from 0 (equal weights) to 1 (one over the count), got " + beta);
        }
        // The limit of beta = 1 is 1 / n. Near it 1 - beta^n loses its digits, expm1 does not.
        double[] weights = Arrays.stream(counts).mapToDouble(n -> n == 0 ? 0
                : beta == 1 ? 1.0 / n : (1 - beta) / -Math.expm1(n * Math.log(beta))).toArray();
        double sum = Arrays.stream(weights).sum();
        int present = counts.length - absent().length;
        return Arrays.stream(weights).map(weight -> weight * present / sum).toArray();
    }

    /**
     * The logarithms of the classes' shares. A class without examples counts as if it had one: the logarithm of 0 would be infinite, and
     * such a class could never be answered.
     *
     * @return one number a class, at most 0
     */
    public double[] logPriors() {
        double total = Arrays.stream(counts).map(n -> Math.max(1, n)).sum();
        return Arrays.stream(counts).mapToDouble(n -> Math.log(Math.max(1, n) / total)).toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    /** {@return the counts, as in {@code [6000, 120]}} */
    @Override
    public String toString() {
        return Arrays.toString(counts);
    }
}
