package limbeck.distill;

import limbeck.nn.optim.Schedule;

/**
 * One part of a loss.
 *
 * @param name what to call it in reports
 * @param weight its weight over time
 * @param objective what it measures
 */
public record Term(String name, Schedule weight, Objective objective) {
    /**
     * A term of constant weight.
     *
     * @param name what to call it in reports
     * @param weight its weight
     * @param objective what it measures
     */
    public Term(String name, double weight, Objective objective) {
        this(name, Schedule.constant(weight), objective);
    }
}
