package limbeck.nn.models;

import limbeck.autograd.Variable;
import limbeck.nn.BatchSlices;
import limbeck.nn.Conv2d;
import limbeck.nn.Flatten;
import limbeck.nn.Linear;
import limbeck.nn.MaxPool2d;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.op.ConvSpec;

/**
 * The small convolutional network of the Keras digit examples, a descendant of LeNet (LeCun et al., Proceedings of the
 * IEEE 1998): two 3x3 convolutions, max pooling, one hidden layer. 1.2 million parameters on 28x28 digits.
 *
 * @param features convolutions and pooling
 * @param hidden flattening, linear and ReLU
 * @param head features to logits
 */
public record LeNet(Sequential features, Sequential hidden, Linear head) implements Module {
    /**
     * A network for images of one size.
     *
     * @param channels of the images
     * @param height of the images, at least 6
     * @param width of the images, at least 6
     * @param classes logits out
     * @param key where the randomness comes from
     * @return the model
     */
    public static LeNet of(int channels, int height, int width, int classes, Key key) {
        // Two kernels of 3 without padding take 4 off each side, the pool halves.
        int flat = 64 * ((height - 4) / 2) * ((width - 4) / 2);
        return new LeNet(
                Sequential.of(Conv2d.of(channels, 32, 3, ConvSpec.DEFAULT, key.split("features.0")), new Relu(),
                        Conv2d.of(32, 64, 3, ConvSpec.DEFAULT, key.split("features.2")), new Relu(), new MaxPool2d(2)),
                Sequential.of(new Flatten(), Linear.of(flat, 128, key.split("hidden")), new Relu()),
                Linear.of(128, classes, key.split("head")));
    }

    @Override
    public Variable forward(Variable x) {
        return head.apply(hidden.apply(BatchSlices.apply(x, features)));
    }
}
