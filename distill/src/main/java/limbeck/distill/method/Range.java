package limbeck.distill.method;

/** Where the numbers of an option that changes over time have to lie. */
public enum Range {
    /** Anywhere. */
    ANY("a finite number", -Double.MAX_VALUE, Double.MAX_VALUE),
    /** Above 0, as a temperature. */
    POSITIVE("a number above 0", Double.MIN_VALUE, Double.MAX_VALUE),
    /** Not below 0, as a weight. */
    NOT_NEGATIVE("a number of 0 or more", 0, Double.MAX_VALUE),
    /** From 0 to 1, as a part of something. */
    PART("a number from 0 to 1", 0, 1),
    /** From 0 to below 1, as what is kept of a moving average. */
    BELOW_ONE("a number from 0 to below 1", 0, Math.nextDown(1.0));

    private final String words;
    private final double least;
    private final double most;

    Range(String words, double least, double most) {
        this.words = words;
        this.least = least;
        this.most = most;
    }

    boolean holds(double value) {
        return value >= least && value <= most;
    }

    /** {@return such as {@code a number above 0}} */
    @Override
    public String toString() {
        return words;
    }
}
