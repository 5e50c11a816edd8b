/**
 * Ready-made image classifiers by name.
 *
 * <ul>
 * <li>{@link limbeck.nn.models.Models}: the list of names, and the one way to build from a name.
 * <li>{@link limbeck.nn.models.Mlp}, {@link limbeck.nn.models.Cnn}, {@link limbeck.nn.models.LeNet}: plain networks.
 * <li>{@link limbeck.nn.models.ResNet}, {@link limbeck.nn.models.WideResNet}: residual networks for small images.
 * </ul>
 *
 * Their stages are record components with plain names, so that a distillation term watches {@code layer2} or {@code pool}.
 */
package limbeck.nn.models;
