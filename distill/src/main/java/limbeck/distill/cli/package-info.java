/**
 * The command {@code limbeck}.
 *
 * <ul>
 * <li>{@link limbeck.distill.cli.Main}: finds the command, and turns every failure into a sentence and an exit code.
 * <li>{@code DistillCommand}, {@code TrainCommand}, {@code EvaluateCommand}, {@code ModelsCommand}: the commands.
 * <li>{@code SettingOptions}, {@code RecipeFile}: {@link limbeck.distill.experiment.Setting} as options and as YAML.
 * <li>{@code Run}: a training run from the plan ({@code PlanText}) over its progress ({@code ProgressView}) to the table
 * ({@code ResultText}).
 * <li>{@code RunFolder}: the files of {@code --out}; {@code HistoryCsv}, {@code SummaryJson}, {@code Curves}, {@code ModelCard}.
 * </ul>
 */
package limbeck.distill.cli;
