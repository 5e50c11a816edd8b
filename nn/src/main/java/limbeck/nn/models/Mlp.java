package limbeck.nn.models;

import java.util.ArrayList;
import java.util.List;
import limbeck.autograd.Variable;
import limbeck.nn.Dropout;
import limbeck.nn.Flatten;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;

/**
 * A multilayer perceptron with ReLU. Watch {@code hidden.0}, {@code hidden.1}, ...: the activations of a hidden layer.
 *
 * @param input makes rows of images; may drop some inputs in training
 * @param hidden linear and ReLU each, and dropout where wanted; empty for a linear classifier
 * @param head features to logits
 */
public record Mlp(Sequential input, List<Module> hidden, Linear head) implements Module {
    /**
     * A perceptron.
     *
     * @param in features in
     * @param widths of the hidden layers; none for a linear classifier
     * @param classes logits out
     * @param inputDropout probability that an input is dropped in training
     * @param hiddenDropout probability that a hidden unit is dropped in training
     * @param key where the randomness comes from
     * @return the model
     */
    public static Mlp of(int in, List<Integer> widths, int classes, double inputDropout, double hiddenDropout, Key key) {
        var hidden = new ArrayList<Module>();
        int features = in;
        for (int width : widths) {
            Key layer = key.split("hidden." + hidden.size());
            hidden.add(withDropout(hiddenDropout, layer, Linear.of(features, width, layer), new Relu()));
            features = width;
        }
        return new Mlp(withDropout(inputDropout, key.split("input"), new Flatten()), List.copyOf(hidden),
                Linear.of(features, classes, key.split("head")));
    }

    private static Sequential withDropout(double probability, Key key, Module... layers) {
        var all = new ArrayList<>(List.of(layers));
        if (probability > 0) {
            all.add(new Dropout(probability, key.split("dropout")));
        }
        return new Sequential(all);
    }

    @Override
    public Variable forward(Variable x) {
        Variable y = input.apply(x);
        for (Module layer : hidden) {
            y = layer.apply(y);
        }
        return head.apply(y);
    }
}
