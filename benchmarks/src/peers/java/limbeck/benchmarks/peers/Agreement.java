package limbeck.benchmarks.peers;

/** Results that must be ours up to rounding, because a benchmark of a wrong answer is worthless. */
final class Agreement {
    private Agreement() {
    }

    /**
     * Compares two results.
     *
     * @param what they are, for the error
     * @param tolerance the largest difference, as a part of the largest number
     * @throws IllegalStateException if they differ by more, or in size
     */
    static void require(String what, float[] theirs, float[] ours, double tolerance) {
        if (theirs.length != ours.length) {
            throw new IllegalStateException(what + ": their result has " + theirs.length + " numbers, ours " + ours.length);
        }
        double largest = 0;
        double difference = 0;
        int at = 0;
        for (int i = 0; i < ours.length; i++) {
            largest = Math.max(largest, Math.abs(ours[i]));
            double d = Math.abs((double) theirs[i] - ours[i]);
            if (!(d <= difference)) {
                difference = d;
                at = i;
            }
        }
        if (!(difference <= tolerance * largest)) {
            throw new IllegalStateException(what + ": the results differ by " + difference + " where the largest number is " + largest
                    + "; number " + at + " is " + theirs[at] + ", ours " + ours[at]);
        }
    }
}
