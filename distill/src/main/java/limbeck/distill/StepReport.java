package limbeck.distill;

import java.util.Map;

/**
 * What one training step measured, before it changed the student.
 *
 * @param total the weighted sum of all terms
 * @param losses each term's own value, unweighted, by its name in the recipe's order
 * @param values each number over time as it was in this step, by its name in {@link Recipe#schedules}
 * @param score how many of the student's answers were right, of those that could be judged
 * @param examples how many examples the batch had
 */
public record StepReport(double total, Map<String, Double> losses, Map<String, Double> values, Score score, int examples) {
}
