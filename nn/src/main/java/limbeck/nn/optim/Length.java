package limbeck.nn.optim;

import java.util.Locale;

/**
 * A stretch of a training, with its unit. {@link Schedule#steps} and {@link Schedule#epochs} make one.
 *
 * @param amount how many, above 0
 * @param unit of what
 */
public record Length(double amount, Unit unit) {
    /** What a length is counted in. */
    public enum Unit {
        /** Optimizer steps. */
        STEPS,
        /** Passes over the data. */
        EPOCHS
    }

    /**
     * Checks the amount.
     *
     * @throws IllegalArgumentException if it is not a finite number above 0
     */
    public Length {
        if (!(amount > 0 && amount < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: a length must be above 0, got " + text(amount, unit));
        }
    }

    /** How much has passed, in this length's unit. */
    double passed(Progress p) {
        return switch (unit) {
            case STEPS -> p.step();
            case EPOCHS -> p.epoch();
        };
    }

    /** The part of this length that has passed, from 0 to 1. */
    double fraction(Progress p) {
        return Math.min(1, passed(p) / amount);
    }

    /** How many such lengths lie in the past. */
    long count(Progress p) {
        // An epoch that was counted from another clock may be an ulp short of a whole number.
        return (long) Math.floor(passed(p) / amount + 1e-9);
    }

    /** The part of the present wave that has passed, from 0 to 1, where this is the first wave's length and each grows by a factor. */
    double fractionOfWave(Progress p, double factor) {
        double passed = passed(p);
        double start = factor == 1 ? count(p) * amount : 0;
        double wave = amount;
        if (factor > 1) {
            // As in count, a wave that is an ulp short of its end is over.
            while ((passed - start) / wave + 1e-9 >= 1) {
                start += wave;
                wave *= factor;
            }
        }
        return Math.clamp((passed - start) / wave, 0, 1);
    }

    /** Whether this length lies in the past. */
    boolean isOver(Progress p) {
        return count(p) > 0;
    }

    /** {@return such as {@code 5 epochs}} */
    @Override
    public String toString() {
        return text(amount, unit);
    }

    private static String text(double amount, Unit unit) {
        String number = amount == Math.rint(amount) && Math.abs(amount) < 1e15 ? Long.toString((long) amount) : Double.toString(amount);
        return number + " " + unit.name().toLowerCase(Locale.ROOT);
    }
}
