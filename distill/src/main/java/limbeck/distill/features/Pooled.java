package limbeck.distill.features;

import java.util.List;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Module;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.TensorOps;

/** Features as vectors (N, D), as classifiers read them. */
final class Pooled {
    private Pooled() {
    }

    /** Maps as the means of their channels; vectors as they are. */
    static <T extends TensorOps<T>> T of(T feature) {
        return feature.shape().rank() == 4 ? feature.globalAvgPool2d() : feature;
    }

    /** The shape of {@link #of(TensorOps)}. */
    static Shape of(Shape feature) {
        return feature.rank() == 4 ? feature.without(List.of(2, 3), false) : feature;
    }

    /** ReLU(BN(W f)) to another width, on maps before they are pooled: a convolution 1x1, or for vectors a linear layer. */
    static Module adapter(Layer from, int width, Key key) {
        return from.isMap() ? Connectors.conv1x1(from.channels(), width, Tail.NORM_RELU, key)
                : Connectors.between(from.output(), Shape.of(width), Tail.NORM_RELU, key);
    }
}
