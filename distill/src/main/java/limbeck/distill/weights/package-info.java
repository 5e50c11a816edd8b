/**
 * Losses and rules about the student's own weights, and regularisers that need no other layer than the last: parameter interpolation and
 * joint training ({@link limbeck.distill.weights.Interpolation}, {@link limbeck.distill.weights.Jointly}), the mean teacher
 * ({@link limbeck.distill.weights.Ema}), {@link limbeck.distill.weights.L2}, {@link limbeck.distill.weights.Consistency} and
 * {@link limbeck.distill.weights.Entropy}.
 */
package limbeck.distill.weights;
