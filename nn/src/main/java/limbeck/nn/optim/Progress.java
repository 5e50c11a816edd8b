package limbeck.nn.optim;

/**
 * How far a training has come, on two clocks that run at a constant ratio.
 *
 * @param step the number of optimizer steps done before this one, from 0
 * @param epoch the same in passes over the data: 2.5 is the middle of the third pass
 */
public record Progress(long step, double epoch) {
    /** The beginning. */
    public static final Progress START = new Progress(0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Progress {
        if (step < 0 || !(epoch >= 0 && epoch < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("progress: step " + step + " and epoch " + epoch + " must both be 0 or more");
        }
    }

    /**
     * The progress at a step of a training whose epochs all have the same length.
     *
     * @param step the number of steps done, from 0
     * @param stepsPerEpoch the number of batches in one pass over the data
     * @return the progress
     * @throws IllegalArgumentException if an epoch has no steps
     */
    public static Progress of(long step, long stepsPerEpoch) {
        if (stepsPerEpoch < 1) {
            throw new IllegalArgumentException("progress: an epoch must have at least 1 step, got " + stepsPerEpoch);
        }
        return new Progress(step, (double) step / stepsPerEpoch);
    }

    /** The progress counted from a point in the past; the other clock is set back by the same part of the way. */
    Progress since(Length past) {
        double rest = Math.max(0, 1 - past.amount() / past.passed(this));
        return switch (past.unit()) {
            case STEPS -> new Progress(Math.max(0, step - (long) past.amount()), epoch * rest);
            case EPOCHS -> new Progress(Math.round(step * rest), Math.max(0, epoch - past.amount()));
        };
    }
}
