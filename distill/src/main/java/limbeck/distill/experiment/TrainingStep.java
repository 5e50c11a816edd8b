package limbeck.distill.experiment;

import limbeck.distill.StepReport;

/**
 * One training step: a row of the log.
 *
 * @param role which model
 * @param seed its seed
 * @param stage the name of the stage, such as {@code main}
 * @param epoch the epoch's number, from 1 over all stages
 * @param step the step's number, from 1 over all stages
 * @param learningRate the rate that the optimizer used
 * @param report what was measured
 */
public record TrainingStep(Role role, long seed, String stage, int epoch, long step, double learningRate, StepReport report) {
}
