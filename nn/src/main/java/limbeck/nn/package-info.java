/**
 * Models as values: a layer is a record of its parameters, a model a record of layers.
 *
 * <ul>
 * <li>{@link limbeck.nn.Module}: one method, {@code forward}; {@link limbeck.nn.Parts} finds names and parameters in it.
 * <li>{@link limbeck.nn.Buffer}: state that does not learn; {@link limbeck.nn.Mode}: training or evaluation.
 * <li>{@link limbeck.nn.Taps}: watches layers by path, with nothing installed on the model.
 * <li>Layers, one file each: {@link limbeck.nn.Linear}, {@link limbeck.nn.Conv2d}, {@link limbeck.nn.BatchNorm2d}, ...
 * <li>{@link limbeck.nn.Init}: what weights start from; {@link limbeck.nn.Summary}: a model's table of shapes and costs.
 * <li>{@link limbeck.nn.models}: ready-made classifiers by name.
 * </ul>
 */
package limbeck.nn;
