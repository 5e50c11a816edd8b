/**
 * Training: how parameters follow their gradients.
 *
 * <ul>
 * <li>{@link limbeck.nn.optim.Optimizer}: {@link limbeck.nn.optim.Sgd} and {@link limbeck.nn.optim.Adam}, over a
 *     {@link limbeck.nn.optim.Group} of parameters or several.
 * <li>{@link limbeck.nn.optim.Schedule}: a number that changes with {@link limbeck.nn.optim.Progress}; its lengths are
 *     {@link limbeck.nn.optim.Length}.
 * <li>{@link limbeck.nn.optim.Clip}: limits for gradients.
 * <li>{@link limbeck.nn.optim.Averaged}: one model on several devices.
 * </ul>
 */
package limbeck.nn.optim;
