/**
 * Distillation step by step, from easy to hard: temperatures that fall ({@link limbeck.distill.progressive.TemperatureStages},
 * {@link limbeck.distill.progressive.AnnealingKd}), features that are aligned from the lowest up
 * ({@link limbeck.distill.progressive.ProgressiveFeatures}, {@link limbeck.distill.progressive.AlignmentDepth}), and a student that takes
 * the place of its teacher block by block ({@link limbeck.distill.progressive.BlockWise}).
 *
 * <p>All of it is made of {@link limbeck.distill.Stage}s, {@link limbeck.distill.method.Phase}s and
 * {@link limbeck.nn.optim.Schedule}s: there is no trainer of its own.
 */
package limbeck.distill.progressive;
