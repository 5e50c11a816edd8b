package limbeck.nn.optim;

import java.util.List;

/**
 * A number that changes as training goes on: a learning rate, a temperature, the weight of a loss term, the decay of a
 * moving average. One type for all of them. Lengths say their unit:
 *
 * {@snippet :
 * Schedule rate = Schedule.cosine(0.1, 0, Schedule.epochs(200)).warmup(Schedule.steps(500));
 * Schedule temperature = Schedule.linear(8, 2, Schedule.epochs(100));
 * Schedule weight = Schedule.constant(0.9).after(Schedule.epochs(10));   // 0 before
 * Schedule stairs = Schedule.stairs(10).until(Schedule.epochs(5)).then(5).until(Schedule.epochs(15)).then(3);
 * Schedule own = p -> 1 / Math.sqrt(1 + p.step());
 * }
 *
 * Schedules are pure functions: a training that is resumed at a step goes on with the numbers of that step.
 */
@FunctionalInterface
public interface Schedule {
    /**
     * The value.
     *
     * @param p how far the training has come
     * @return the number for the step that is about to be done
     */
    double at(Progress p);

    /**
     * A length in optimizer steps.
     *
     * @param count how many, at least 1
     * @return the length
     * @throws IllegalArgumentException if there are none
     */
    static Length steps(long count) {
        return new Length(count, Length.Unit.STEPS);
    }

    /**
     * A length in passes over the data.
     *
     * @param count how many, above 0; 0.5 is half a pass
     * @return the length
     * @throws IllegalArgumentException if it is not above 0
     */
    static Length epochs(double count) {
        return new Length(count, Length.Unit.EPOCHS);
    }

    /**
     * Always the same number.
     *
     * @param value the number
     * @return the schedule
     */
    static Schedule constant(double value) {
        return p -> value;
    }

    /**
     * A straight line from one number to another, which then stays.
     *
     * @param from the number at the start
     * @param to the number at the end and ever after
     * @param length how long it takes
     * @return the schedule
     */
    static Schedule linear(double from, double to, Length length) {
        return p -> from + (to - from) * length.fraction(p);
    }

    /**
     * Half a cosine wave from one number to another, which then stays: flat at both ends (SGDR without restarts, Loshchilov
     * and Hutter, ICLR 2017).
     *
     * @param from the number at the start
     * @param to the number at the end and ever after
     * @param length how long it takes
     * @return the schedule
     */
    static Schedule cosine(double from, double to, Length length) {
        return p -> to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * length.fraction(p)));
    }

    /**
     * A power of what is left of the way from one number to another, which then stays: {@code to + (from - to) (1 - t)^power}, where
     * {@code t} runs from 0 to 1 ("poly": Liu, Rabinovich and Berg, 2015, arXiv 1506.04579, with a power of 0.9).
     *
     * @param from the number at the start
     * @param to the number at the end and ever after
     * @param power above 0; 1 is a straight line, 2 falls steeply at first and flatly in the end
     * @param length how long it takes
     * @return the schedule
     * @throws IllegalArgumentException if the power is not above 0
     */
    static Schedule polynomial(double from, double to, double power, Length length) {
        if (!(power > 0 && power < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: the power of a polynomial must be above 0, got " + power);
        }
        return p -> to + (from - to) * Math.pow(1 - length.fraction(p), power);
    }

    /**
     * A steady decay without end: {@code initial * rate^(passed / every)}, where the exponent is not rounded.
     *
     * @param initial the first number
     * @param rate what to multiply by in each such length, such as 0.9; above 0
     * @param every the length in which it is multiplied by the rate once
     * @return the schedule
     * @throws IllegalArgumentException if the rate is not above 0
     */
    static Schedule exponential(double initial, double rate, Length every) {
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: the rate of an exponential must be above 0, got " + rate);
        }
        return p -> initial * Math.pow(rate, every.passed(p) / every.amount());
    }

    /**
     * A steady decay that ends at a floor: {@code max(floor, initial * rate^(passed / every))}.
     *
     * {@snippet :
     * Schedule temperature = Schedule.exponential(8, 0.7, Schedule.epochs(5), 0.1);   // 8 * 0.7^(epoch / 5), at least 0.1
     * }
     *
     * @param initial the first number
     * @param rate what to multiply by in each such length; above 0
     * @param every the length in which it is multiplied by the rate once
     * @param floor the least number
     * @return the schedule
     * @throws IllegalArgumentException if the rate is not above 0
     */
    static Schedule exponential(double initial, double rate, Length every, double floor) {
        return exponential(initial, rate, every).atLeast(floor);
    }

    /**
     * Half a cosine wave again and again, each time starting anew and lasting longer (SGDR: Loshchilov and Hutter, ICLR 2017):
     * {@code to + (from - to) (1 + cos(pi t / T)) / 2}, where {@code T} is {@code first}, {@code first * factor},
     * {@code first * factor^2}, and so on.
     *
     * @param from the number at each start
     * @param to the number that each wave runs to, but does not reach: where it would, the next one starts
     * @param first the length of the first wave
     * @param factor how much longer each is than the one before it; 1 for equal lengths
     * @return the schedule
     * @throws IllegalArgumentException if the factor is below 1
     */
    static Schedule restarts(double from, double to, Length first, double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("schedule: each wave after a restart is at least as long as the one before, by a factor of 1 or "
                    + "more, got " + factor);
        }
        return p -> to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * first.fractionOfWave(p, factor)));
    }

    /**
     * One cycle, as its author has it in code (Smith and Topin, 2017, arXiv 1708.07120): by half a cosine wave from a 25th of the peak up
     * to it in 30 % of the time, and by another down to a 250,000th of it.
     *
     * @param peak the largest number
     * @param length how long all of it takes
     * @return the schedule
     */
    static Schedule oneCycle(double peak, Length length) {
        return oneCycle(peak / 25, peak, peak / 250_000, 0.3, length);
    }

    /**
     * One cycle: by half a cosine wave up, and by another down to a number that then stays.
     *
     * @param from the number at the start
     * @param peak the number on the top
     * @param to the number at the end and ever after
     * @param rise the part of the length that the way up takes, between 0 and 1
     * @param length how long all of it takes
     * @return the schedule
     * @throws IllegalArgumentException if the rise takes nothing or all
     */
    static Schedule oneCycle(double from, double peak, double to, double rise, Length length) {
        if (!(rise > 0 && rise < 1)) {
            throw new IllegalArgumentException("schedule: the way up of a cycle takes a part of it between 0 and 1, such as 0.3, got " + rise);
        }
        var up = new Length(length.amount() * rise, length.unit());
        var down = new Length(length.amount() * (1 - rise), length.unit());
        Schedule falling = p -> to + (peak - to) * 0.5 * (1 + Math.cos(Math.PI * Math.clamp((length.passed(p) - up.amount()) / down.amount(), 0, 1)));
        Schedule rising = cosine(from, peak, up);
        return p -> length.passed(p) < up.amount() ? rising.at(p) : falling.at(p);
    }

    /**
     * Numbers that hold until given points, counted from the start of training.
     *
     * {@snippet :
     * Schedule temperature = Schedule.stairs(10).until(Schedule.epochs(5)).then(5).until(Schedule.epochs(15)).then(3);
     * }
     *
     * @param first the first number, which holds for ever if nothing follows
     * @return the schedule, to which more numbers can be added
     */
    static Stairs stairs(double first) {
        return Stairs.of(first);
    }

    /**
     * Stairs of equal length: the number is multiplied by a factor again and again.
     *
     * @param initial the first number
     * @param factor what to multiply by at each stair, such as 0.1
     * @param every the length of a stair
     * @return the schedule
     */
    static Schedule step(double initial, double factor, Length every) {
        return p -> initial * Math.pow(factor, every.count(p));
    }

    /**
     * Stairs at given points, counted from the start of training: the number is multiplied by a factor at each.
     *
     * {@snippet :
     * Schedule rate = Schedule.table(0.05, 0.1, Schedule.epochs(150), Schedule.epochs(180), Schedule.epochs(210));
     * }
     *
     * @param initial the first number
     * @param factor what to multiply by at each point
     * @param at the points
     * @return the schedule
     */
    static Schedule table(double initial, double factor, Length... at) {
        List<Length> points = List.of(at);
        return p -> initial * Math.pow(factor, points.stream().filter(point -> point.isOver(p)).count());
    }

    /**
     * This schedule, multiplied by a number.
     *
     * @param factor the number
     * @return the schedule
     */
    default Schedule times(double factor) {
        return p -> at(p) * factor;
    }

    /**
     * This schedule, multiplied by another.
     *
     * @param factor the other
     * @return the schedule
     */
    default Schedule times(Schedule factor) {
        return p -> at(p) * factor.at(p);
    }

    /**
     * This schedule where it is large enough.
     *
     * @param floor the least number
     * @return the schedule
     */
    default Schedule atLeast(double floor) {
        return p -> Math.max(floor, at(p));
    }

    /**
     * This schedule where it is small enough.
     *
     * @param ceiling the largest number
     * @return the schedule
     */
    default Schedule atMost(double ceiling) {
        return p -> Math.min(ceiling, at(p));
    }

    /**
     * The beginning of this schedule again and again.
     *
     * {@snippet :
     * Schedule saw = Schedule.linear(1, 0, Schedule.epochs(10)).repeated(Schedule.epochs(10));
     * }
     *
     * @param length after how long it starts anew
     * @return the schedule
     */
    default Schedule repeated(Length length) {
        return p -> {
            long times = length.count(p);
            return at(times == 0 ? p : p.since(new Length(length.amount() * times, length.unit())));
        };
    }

    /**
     * This schedule under a ramp that rises in a straight line from 0 to 1 (Goyal et al., 2017, arXiv 1706.02677). It is not
     * delayed: a cosine over 200 epochs still ends at epoch 200. The value of the very first step is 0.
     *
     * @param length how long the ramp is
     * @return the schedule
     */
    default Schedule warmup(Length length) {
        return p -> at(p) * length.fraction(p);
    }

    /**
     * This schedule for a time, then another one, which counts from there.
     *
     * @param length how long this one lasts
     * @param next what follows
     * @return the schedule
     */
    default Schedule then(Length length, Schedule next) {
        return p -> length.isOver(p) ? next.at(p.since(length)) : at(p);
    }

    /**
     * Nothing (0) for a time, then this schedule from its start: for loss terms that join later.
     *
     * @param length how long to wait
     * @return the schedule
     */
    default Schedule after(Length length) {
        return constant(0).then(length, this);
    }
}
