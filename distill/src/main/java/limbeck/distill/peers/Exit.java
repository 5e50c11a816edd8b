package limbeck.distill.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Conv2d;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;

/**
 * A shallow way out of a student: from a stage's output through a bottleneck, which does in little what the later stages do, to features
 * of the deepest stage's width, and by a classifier of its own to logits. It learns with the student, and is thrown away afterwards.
 *
 * @param path the stage's path in the student
 * @param bottleneck from the stage's output to maps (N, C, H, W) or vectors (N, C) of the deepest stage's width
 * @param classifier from that width to the classes
 */
public record Exit(String path, Module bottleneck, Linear classifier) {
    /**
     * An exit with first weights: for each later stage a convolution 3x3 that brings maps to about its size and to its width, with batch
     * norm and ReLU; from and to vectors a linear layer with the same.
     *
     * @param from the stage
     * @param later the stages after it, at least one, to the deepest
     * @param classes how many classes there are
     * @param key where the randomness comes from
     * @return the exit
     * @throws IllegalArgumentException if a stage shows neither vectors (C) nor maps (C, H, W), or maps follow on vectors
     */
    public static Exit of(Layer from, List<Layer> later, int classes, Key key) {
        var steps = new ArrayList<Module>();
        Shape shape = from.output();
        for (Layer stage : later) {
            Key own = key.split(stage.path());
            if (shape.rank() == 3 && stage.isMap()) {
                // Rounded up at each step, as a convolution of odd maps by padding is.
                int stride = Math.max(1, Math.round((float) shape.dim(1) / stage.output().dim(1)));
                steps.add(Sequential.of(
                        Conv2d.withoutBias(shape.dim(0), stage.channels(), 3, ConvSpec.DEFAULT.stride(stride).padding(1), own),
                        BatchNorm2d.of(stage.channels()), new Relu()));
            } else {
                steps.add(Connectors.between(shape, stage.output(), Tail.NORM_RELU, own));
            }
            shape = stage.output();
        }
        return new Exit(from.path(), new Sequential(steps), Linear.of(shape.dim(0), classes, key.split("classifier")));
    }

    /**
     * What it makes of its stage's output.
     *
     * @param feature (N, C, H, W) or (N, C)
     * @return vectors (N, D) of the deepest stage's width, which {@link #classifier} reads
     */
    public Variable features(Variable feature) {
        return pooled(bottleneck.apply(feature));
    }

    /** Maps as the means of their channels; vectors as they are. */
    static Variable pooled(Variable feature) {
        return feature.shape().rank() == 4 ? feature.globalAvgPool2d() : feature;
    }

    /**
     * What it learns.
     *
     * @return bottleneck and classifier
     */
    public List<Parameter> parameters() {
        return Stream.of(bottleneck, classifier).flatMap(module -> module.parameters().values().stream()).toList();
    }
}
