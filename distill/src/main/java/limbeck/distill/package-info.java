/**
 * Knowledge distillation as a recipe of small values.
 *
 * <ul>
 * <li>{@link limbeck.distill.Recipe}: whom to learn from, a {@link limbeck.distill.Teacher}, and by which losses: a list of
 * {@link limbeck.distill.Term}s, each an {@link limbeck.distill.Objective} with its weight over time.
 * <li>{@link limbeck.distill.Distiller}: one step of teaching. Epochs, data and files live around it.
 * <li>{@link limbeck.distill.Moment}, {@link limbeck.distill.Views}, {@link limbeck.distill.Tap}: what an objective may look at.
 * <li>{@link limbeck.distill.HardLabels}, {@link limbeck.distill.logits.LogitKd}: objectives; {@link limbeck.distill.Frozen}: a teacher.
 * <li>{@link limbeck.distill.data}: data sets and how they reach the student. {@link limbeck.distill.experiment}: the whole
 * comparison in one call, and what the command line is made of.
 * </ul>
 *
 * {@snippet :
 * var recipe = new Recipe(new Frozen(teacher), List.of(
 *     new Term("ce", 0.1, new HardLabels()),
 *     new Term("kd", 0.9, new LogitKd(4))));
 * var distiller = new Distiller(student, recipe, optimizer);
 * for (Batch batch : batches) {
 *     StepReport report = distiller.step(batch, progress);
 * }
 * }
 */
package limbeck.distill;
