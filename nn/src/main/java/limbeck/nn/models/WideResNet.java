package limbeck.nn.models;

import java.util.ArrayList;
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
import limbeck.tensor.Key;
import limbeck.tensor.op.ConvSpec;

/**
 * The wide residual network (Zagoruyko and Komodakis, BMVC 2016): fewer and wider blocks, with batch norm and ReLU before
 * each convolution.
 *
 * @param stem the first convolution
 * @param layer1 the first stage, at the image's size
 * @param layer2 the second, at half
 * @param layer3 the third, at a quarter
 * @param norm batch norm and ReLU after the last block
 * @param pool each channel to its mean: the features
 * @param head features to logits
 */
public record WideResNet(Conv2d stem, Sequential layer1, Sequential layer2, Sequential layer3, Sequential norm, GlobalAvgPool2d pool,
        Linear head) implements Module {
    /**
     * Two 3x3 convolutions, each after batch norm and ReLU, added to a shortcut. Where the channels change the shortcut is a
     * 1x1 convolution of what has passed the first batch norm and ReLU.
     *
     * @param bn1 the first batch norm
     * @param conv1 the first convolution, which may halve the image
     * @param bn2 the second batch norm
     * @param conv2 the second convolution
     * @param shortcut {@link Identity} or a 1x1 convolution
     */
    public record PreActivationBlock(BatchNorm2d bn1, Conv2d conv1, BatchNorm2d bn2, Conv2d conv2, Module shortcut) implements Module {
        static PreActivationBlock of(int in, int out, int stride, Key key) {
            Module shortcut = in == out ? new Identity()
                    : Conv2d.withoutBias(in, out, 1, ConvSpec.DEFAULT.stride(stride), key.split("shortcut"));
            return new PreActivationBlock(BatchNorm2d.of(in), ResNet.conv3x3(in, out, stride, key.split("conv1")), BatchNorm2d.of(out),
                    ResNet.conv3x3(out, out, 1, key.split("conv2")), shortcut);
        }

        @Override
        public Variable forward(Variable x) {
            Variable active = bn1.relu(x);
            Variable y = conv2.apply(ConvNorm.relu(conv1, bn2, active));
            return y.add(shortcut.apply(shortcut instanceof Identity ? x : active));
        }
    }

    /**
     * A network of depth {@code 6 blocks + 4}.
     *
     * @param channels of the images
     * @param blocks in each stage
     * @param widen how many times wider the stages are than 16, 32 and 64 channels
     * @param classes logits out
     * @param key where the randomness comes from
     * @return the model
     */
    public static WideResNet of(int channels, int blocks, int widen, int classes, Key key) {
        int width = 16 * widen;
        return new WideResNet(ResNet.conv3x3(channels, 16, 1, key.split("stem")), stage(blocks, 16, width, 1, key.split("layer1")),
                stage(blocks, width, 2 * width, 2, key.split("layer2")), stage(blocks, 2 * width, 4 * width, 2, key.split("layer3")),
                Sequential.of(BatchNorm2d.of(4 * width), new Relu()), new GlobalAvgPool2d(), Linear.of(4 * width, classes, key.split("head")));
    }

    private static Sequential stage(int blocks, int in, int out, int stride, Key key) {
        var layers = new ArrayList<Module>();
        for (int i = 0; i < blocks; i++) {
            layers.add(PreActivationBlock.of(i == 0 ? in : out, out, i == 0 ? stride : 1, key.split(i)));
        }
        return new Sequential(layers);
    }

    @Override
    public Variable forward(Variable x) {
        return head.apply(pool.apply(norm.apply(BatchSlices.apply(stem.apply(x), layer1, layer2, layer3))));
    }
}
