package limbeck.distill.experiment;

import java.util.Map;

/**
 * One finished epoch: a row of the history.
 *
 * @param role which model
 * @param seed its seed
 * @param epoch the epoch's number, from 1
 * @param learningRate the rate at its end
 * @param loss the mean of the total loss over its examples
 * @param losses the means of each term
 * @param values each number over time as it was in the last step, by its name in {@link limbeck.distill.Recipe#schedules}
 * @param trainAccuracy the fraction of examples that were right when they were trained on
 * @param testAccuracy the fraction of the test set that is right after it
 * @param seconds how long it took
 */
public record EpochReport(Role role, long seed, int epoch, double learningRate, double loss, Map<String, Double> losses,
        Map<String, Double> values, double trainAccuracy, double testAccuracy, double seconds) {
}
