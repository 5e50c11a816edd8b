/**
 * Reverse-mode differentiation in a handful of files.
 *
 * <ul>
 * <li>{@link limbeck.autograd.Variable}: a tensor being recorded; {@link limbeck.autograd.Parameter}: one that learns.
 * <li>{@link limbeck.autograd.Tape}: what was computed, in order; {@code Backward} walks it from the end.
 * <li>{@code Vjp}: the table of gradients, a line an op.
 * <li>{@link limbeck.autograd.Gradients}: what a backward found.
 * <li>{@link limbeck.autograd.Recompute}: time for memory.
 * <li>{@link limbeck.autograd.GradCheck}: gradients against finite differences.
 * </ul>
 */
package limbeck.autograd;
