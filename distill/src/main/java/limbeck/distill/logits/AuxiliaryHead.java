package limbeck.distill.logits;

import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Tap;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Linear;
import limbeck.tensor.Key;

/**
 * A classifier of its own on a layer inside the student: the feature, maps averaged over their positions, and a linear layer. It
 * learns with the student, and is thrown away afterwards.
 *
 * @param path the layer's path in the student
 * @param linear from the feature's channels to the classes
 */
public record AuxiliaryHead(String path, Linear linear) {
    /**
     * A head with new weights.
     *
     * @param layer a place in the student that shows vectors (C) or maps (C, H, W)
     * @param classes how many classes there are
     * @param key where the randomness comes from
     * @return the head
     * @throws IllegalArgumentException if the layer shows something else
     */
    public static AuxiliaryHead of(Layer layer, int classes, Key key) {
        if (!layer.isVector() && !layer.isMap()) {
            throw new IllegalArgumentException("auxiliary head: the student's " + layer.path() + " shows " + layer.output()
                    + "; choose a layer that shows vectors (C) or maps (C, H, W)");
        }
        return new AuxiliaryHead(layer.path(), Linear.of(layer.channels(), classes, key.split(layer.path())));
    }

    /**
     * What it answers.
     *
     * @param moment a step's
     * @return logits (N, classes)
     */
    public Variable logits(Moment moment) {
        Variable feature = moment.student().feature(path);
        return linear.apply(feature.shape().rank() == 4 ? feature.globalAvgPool2d() : feature);
    }

    /**
     * What it looks at.
     *
     * @return its layer
     */
    public Set<Tap> taps() {
        return Set.of(Tap.student(path));
    }

    /**
     * What it learns.
     *
     * @return weight and bias
     */
    public List<Parameter> parameters() {
        return List.copyOf(linear.parameters().values());
    }
}
