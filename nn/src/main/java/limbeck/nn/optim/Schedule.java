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
