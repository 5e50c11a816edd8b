package limbeck.distill;

import java.util.Map;

/**
 * What one training step measured, before it changed the student.
 *
 * @param total the weighted sum of all terms
 * @param losses each term's own value, unweighted, by its name in the recipe's order
 * @param values each number over time as it was in this step, by its name in {@link Recipe#schedules}
 * @param correct how many examples the student's largest logit got right; 0 where the targets are no labels
 * @param examples how many examples the batch had
 */
public record StepReport(double total, Map<String, Double> losses, Map<String, Double> values, int correct, int examples) {
}
