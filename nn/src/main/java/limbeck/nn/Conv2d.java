package limbeck.nn;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.ConvSpec;

/**
 * A two-dimensional convolution of images: (N, in, H, W) becomes (N, out, H', W').
 *
 * {@snippet :
 * Conv2d conv = Conv2d.of(3, 16, 3, ConvSpec.DEFAULT.padding(1), Key.of(1));   // (128, 3, 32, 32) -> (128, 16, 32, 32)
 * }
 *
 * @param weight shape (out, in / groups, kernel height, kernel width)
 * @param bias shape (out); null for none, as is usual before a batch norm
 * @param spec stride, padding, dilation and groups
 */
public record Conv2d(Parameter weight, Parameter bias, ConvSpec spec) implements Module {
    /**
     * A layer with PyTorch's initial values ({@link Init#weight}, {@link Init#bias}).
     *
     * @param in channels in
     * @param out channels out
     * @param kernel height and width of the kernel
     * @param spec stride, padding, dilation and groups
     * @param key where the randomness comes from
     * @return the layer
     * @throws ShapeException if the channels do not divide into the groups
     */
    public static Conv2d of(int in, int out, int kernel, ConvSpec spec, Key key) {
        Shape shape = shape(in, out, kernel, spec);
        return new Conv2d(Parameter.of(Init.weight(key.split("weight"), shape)), Parameter.of(Init.bias(key.split("bias"), shape)), spec);
    }

    /**
     * A layer without bias, for a batch norm to follow. The weights are normal with fan-out and the gain of a ReLU, as
     * residual networks start (He et al., ICCV 2015).
     *
     * @param in channels in
     * @param out channels out
     * @param kernel height and width of the kernel
     * @param spec stride, padding, dilation and groups
     * @param key where the randomness comes from
     * @return the layer
     * @throws ShapeException if the channels do not divide into the groups
     */
    public static Conv2d withoutBias(int in, int out, int kernel, ConvSpec spec, Key key) {
        Shape shape = shape(in, out, kernel, spec);
        return new Conv2d(Parameter.of(Init.kaimingNormal(key.split("weight"), Init.Fan.OUT, Init.RELU, shape)), null, spec);
    }

    @Override
    public Variable forward(Variable x) {
        return forward(x, false);
    }

    /**
     * {@code relu(conv(x))} in one go, as far as nobody watches this layer.
     *
     * @param x (N, in, H, W)
     * @return (N, out, H', W')
     */
    public Variable relu(Variable x) {
        return Calls.fused(this, x, in -> forward(in, true), Variable::relu);
    }

    private Variable forward(Variable x, boolean relu) {
        if (bias == null) {
            Variable y = x.conv2d(weight, spec);
            return relu ? y.relu() : y;
        }
        return x.apply(new Conv2dBias(spec, relu), List.of(weight, bias));
    }

    @Override
    public long multiplyAdds(Shape input, Shape output) {
        return output.size() * (weight.shape().size() / weight.shape().dim(0));
    }

    private static Shape shape(int in, int out, int kernel, ConvSpec spec) {
        if (in % spec.groups() != 0 || out % spec.groups() != 0) {
            throw new ShapeException("conv2d: " + in + " channels in and " + out + " out do not both divide into " + spec.groups() + " groups");
        }
        return Shape.of(out, in / spec.groups(), kernel, kernel);
    }
}
