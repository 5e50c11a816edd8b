package limbeck.nn.models;

import java.util.ArrayList;
import java.util.List;
import limbeck.autograd.Variable;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.BatchSlices;
import limbeck.nn.Conv2d;
import limbeck.nn.Dropout;
import limbeck.nn.GlobalAvgPool2d;
import limbeck.nn.Linear;
import limbeck.nn.MaxPool2d;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.op.ConvSpec;

/**
 * A plain convolutional network in three stages of 3x3 convolutions, each with batch norm and ReLU. The first two stages
 * halve the image right after their first convolution, so that the rest of a stage is cheap. Any image size from 4 up.
 *
 * @param stage1 the first stage, at half the image's size when done
 * @param stage2 the second, at a quarter
 * @param stage3 the third, at a quarter
 * @param pool each channel to its mean: the features
 * @param dropout on the features
 * @param head features to logits
 */
public record Cnn(Sequential stage1, Sequential stage2, Sequential stage3, GlobalAvgPool2d pool, Dropout dropout, Linear head)
        implements Module {
    /**
     * A network.
     *
     * @param channels of the images
     * @param stages channels of the convolutions of each of the three stages
     * @param classes logits out
     * @param dropout probability that a feature is dropped in training
     * @param key where the randomness comes from
     * @return the model
     */
    public static Cnn of(int channels, List<List<Integer>> stages, int classes, double dropout, Key key) {
        int width1 = stages.get(0).getLast();
        int width2 = stages.get(1).getLast();
        return new Cnn(stage(channels, stages.get(0), true, key.split("stage1")), stage(width1, stages.get(1), true, key.split("stage2")),
                stage(width2, stages.get(2), false, key.split("stage3")), new GlobalAvgPool2d(), new Dropout(dropout, key.split("dropout")),
                Linear.of(stages.get(2).getLast(), classes, key.split("head")));
    }

    private static Sequential stage(int in, List<Integer> widths, boolean halve, Key key) {
        var layers = new ArrayList<Module>();
        int channels = in;
        for (int width : widths) {
            layers.add(Conv2d.withoutBias(channels, width, 3, ConvSpec.DEFAULT.padding(1), key.split(layers.size())));
            layers.add(BatchNorm2d.of(width));
            layers.add(new Relu());
            if (halve && layers.size() == 3) {
                layers.add(new MaxPool2d(2));
            }
            channels = width;
        }
        return new Sequential(layers);
    }

    @Override
    public Variable forward(Variable x) {
        return head.apply(dropout.apply(pool.apply(BatchSlices.apply(x, stage1, stage2, stage3))));
    }
}
