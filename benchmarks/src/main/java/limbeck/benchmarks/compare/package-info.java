/**
 * {@code limbeck bench}: runs the benchmarks beside their rivals and says how they compare, watches over the speed of changes
 * ({@code --guard}), and measures what a training step takes of memory ({@code --memory}).
 *
 * <p>Read {@link limbeck.benchmarks.compare.Bench} first, then {@link limbeck.benchmarks.compare.Cases}, the list of what is
 * compared.
 */
package limbeck.benchmarks.compare;
