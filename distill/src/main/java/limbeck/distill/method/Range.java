package limbeck.distill.method;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;

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

    /** At how many steps of a long stage a schedule is looked at before it begins. */
    private static final int MOMENTS = 10_000;

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

    /**
     * Where a schedule leaves this range. Of a long stage 10,000 steps are looked at; of what listens to training, the number that it
     * begins with.
     *
     * @param schedule a number over time
     * @param epochs how long it is followed
     * @param steps how many steps these have
     * @return the first step at which it lies outside; empty if there is none
     */
    public OptionalLong left(Schedule schedule, int epochs, long steps) {
        long stride = Math.max(1, steps / MOMENTS);
        return LongStream.iterate(0, step -> step < steps, step -> step + stride)
                .filter(step -> !holds(schedule.at(at(step, epochs, steps)))).findFirst();
    }

    /** Where a stage stands after so many of its steps. */
    static Progress at(long step, int epochs, long steps) {
        return new Progress(step, (double) step * epochs / steps);
    }

    /** {@return such as {@code a number above 0}} */
    @Override
    public String toString() {
        return words;
    }
}
