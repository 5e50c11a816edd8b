package limbeck.distill.experiment;

import limbeck.distill.method.Choice;

/**
 * How a method did in a {@link Contest}.
 *
 * @param choice the method with its options
 * @param accuracy the student's accuracy on the test set, by seed; empty if it did not run
 * @param balancedAccuracy the mean of the classes' recalls on the test set, by seed
 * @param gain that accuracy less that of the student trained alone with the same seed
 * @param stepMillis the time of one training step, teacher included; NaN if it did not run
 * @param reason why it did not run, or not with every seed; empty if it did
 */
public record Standing(Choice choice, Spread accuracy, Spread balancedAccuracy, Spread gain, double stepMillis, String reason) {
    /**
     * Whether it ran with at least one seed.
     *
     * @return true if there is an accuracy
     */
    public boolean ran() {
        return !accuracy.values().isEmpty();
    }

    /**
     * What the gain says, given its own spread: two standard errors decide.
     *
     * @return {@code helped}, {@code hurt}, {@code unclear}; {@code one seed} where there is no spread, {@code not run} where it did not run
     */
    public String verdict() {
        int seeds = gain.values().size();
        if (seeds < 2) {
            return ran() ? "one seed" : "not run";
        }
        boolean clear = Math.abs(gain.mean()) > 2 * gain.std() / Math.sqrt(seeds);
        return clear ? gain.mean() > 0 ? "helped" : "hurt" : "unclear";
    }
}
