package limbeck.nn.models;

import java.util.ArrayList;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.BatchSlices;
import limbeck.nn.Conv2d;
import limbeck.nn.ConvNorm;
import limbeck.nn.GlobalAvgPool2d;
import limbeck.nn.Identity;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.Taps;
import limbeck.tensor.Key;
import limbeck.tensor.op.ConvSpec;

/**
 * The residual network for small images (He et al., CVPR 2016, section 4.2): a 3x3 convolution and three stages of basic
 * blocks, of which the second and third halve the image. Where shapes change, the shortcut is a 1x1 convolution with batch
 * norm, as the distillation literature has it.
 *
 * @param stem the first convolution with batch norm and ReLU
 * @param layer1 the first stage, at the image's size
 * @param layer2 the second, at half
 * @param layer3 the third, at a quarter
 * @param pool each channel to its mean: the features
 * @param head features to logits
 */
public record ResNet(Sequential stem, Sequential layer1, Sequential layer2, Sequential layer3, GlobalAvgPool2d pool, Linear head)
        implements Module {
    /**
     * Two 3x3 convolutions with batch norm, added to a shortcut. Its probe {@code preactivation} is the sum before the ReLU.
     *
     * @param conv1 the first convolution, which may halve the image
     * @param bn1 its batch norm
     * @param conv2 the second convolution
     * @param bn2 its batch norm
     * @param shortcut {@link Identity}, or a 1x1 convolution with batch norm
     */
    public record BasicBlock(Conv2d conv1, BatchNorm2d bn1, Conv2d conv2, BatchNorm2d bn2, Module shortcut) implements Module {
        static BasicBlock of(int in, int out, int stride, Key key) {
            Module shortcut = in == out && stride == 1 ? new Identity()
                    : Sequential.of(Conv2d.withoutBias(in, out, 1, ConvSpec.DEFAULT.stride(stride), key.split("shortcut")), BatchNorm2d.of(out));
            return new BasicBlock(conv3x3(in, out, stride, key.split("conv1")), BatchNorm2d.of(out), conv3x3(out, out, 1, key.split("conv2")),
                    BatchNorm2d.of(out), shortcut);
        }

        @Override
        public Variable forward(Variable x) {
            Variable y = ConvNorm.relu(conv1, bn1, x);
            Variable residual = shortcut.apply(x);
            return Taps.isWatched(this, "preactivation")
                    ? Taps.at("preactivation", ConvNorm.apply(conv2, bn2, y).add(residual)).relu() : ConvNorm.addRelu(conv2, bn2, y, residual);
        }

        @Override
        public Set<String> probes() {
            return Set.of("preactivation");
        }
    }

    /**
     * A network of depth {@code 6 blocks + 2}.
     *
     * @param channels of the images
     * @param blocks in each stage
     * @param stem channels of the first convolution
     * @param width channels of the first stage; doubled by each further one
     * @param classes logits out
     * @param key where the randomness comes from
     * @return the model
     */
    public static ResNet of(int channels, int blocks, int stem, int width, int classes, Key key) {
        return new ResNet(Sequential.of(conv3x3(channels, stem, 1, key.split("stem")), BatchNorm2d.of(stem), new Relu()),
                stage(blocks, stem, width, 1, key.split("layer1")), stage(blocks, width, 2 * width, 2, key.split("layer2")),
                stage(blocks, 2 * width, 4 * width, 2, key.split("layer3")), new GlobalAvgPool2d(),
                Linear.of(4 * width, classes, key.split("head")));
    }

    private static Sequential stage(int blocks, int in, int out, int stride, Key key) {
        var layers = new ArrayList<Module>();
        for (int i = 0; i < blocks; i++) {
            layers.add(BasicBlock.of(i == 0 ? in : out, out, i == 0 ? stride : 1, key.split(i)));
        }
        return new Sequential(layers);
    }

    static Conv2d conv3x3(int in, int out, int stride, Key key) {
        return Conv2d.withoutBias(in, out, 3, ConvSpec.DEFAULT.padding(1).stride(stride), key);
    }

    @Override
    public Variable forward(Variable x) {
        return head.apply(pool.apply(BatchSlices.apply(stem.apply(x), layer1, layer2, layer3)));
    }
}
