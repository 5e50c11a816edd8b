/**
 * The classic comparison: a teacher, the student trained alone, the student distilled, over several seeds.
 *
 * <ul>
 * <li>{@link limbeck.distill.experiment.Experiment}: runs it. Start here.
 * <li>{@link limbeck.distill.experiment.Setting}, {@link limbeck.distill.experiment.Settings}: what can be chosen, under the same
 * names as on the command line and in recipe files.
 * <li>{@link limbeck.distill.experiment.Plan}, {@link limbeck.distill.experiment.Listener}: what it will do, and how it goes.
 * <li>{@link limbeck.distill.experiment.Results}: what it found; {@link limbeck.distill.experiment.Spread}: a figure over seeds;
 * {@link limbeck.distill.experiment.Omission}: Hinton's missing-digit test.
 * <li>{@link limbeck.distill.experiment.Evaluation}, {@link limbeck.distill.experiment.Stopwatch}: how good and how fast a model is.
 * </ul>
 */
package limbeck.distill.experiment;
