package limbeck.distill.connect;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.nn.Init;
import limbeck.nn.Module;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.ConvSpec;

/**
 * A transposed convolution ("deconvolution") of images: what {@link limbeck.nn.Conv2d} does to gradients, done to values.
 * (N, in, H, W) becomes (N, out, H', W') with {@code H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + 1}.
 *
 * {@snippet :
 * var twice = TransposedConv2d.of(64, 32, 4, ConvSpec.DEFAULT.stride(2).padding(1), key);   // (N, 64, 7, 7) -> (N, 32, 14, 14)
 * }
 *
 * @param weight shape (in, out / groups, kernel height, kernel width), as in PyTorch
 * @param bias shape (out); null for none, as is usual before a batch norm
 * @param spec stride, padding, dilation and groups of the convolution that it is the transpose of
 */
public record TransposedConv2d(Parameter weight, Parameter bias, ConvSpec spec) implements Module {
    /**
     * A layer with PyTorch's initial values: uniform in {@code +-1 / sqrt(out / groups kernel^2)}.
     *
     * @param in channels in
     * @param out channels out
     * @param kernel height and width of the kernel
     * @param spec stride, padding, dilation and groups
     * @param key where the randomness comes from
     * @return the layer
     * @throws ShapeException if the channels do not divide into the groups
     */
    public static TransposedConv2d of(int in, int out, int kernel, ConvSpec spec, Key key) {
        Shape shape = shape(in, out, kernel, spec);
        double bound = 1 / Math.sqrt((double) shape.size() / in);
        return new TransposedConv2d(Parameter.of(Init.weight(key.split("weight"), shape)),
                Parameter.of(Init.device().uniform(key.split("bias"), -bound, bound, Shape.of(out))), spec);
    }

    /**
     * The same without bias, for a batch norm to follow.
     *
     * @param in channels in
     * @param out channels out
     * @param kernel height and width of the kernel
     * @param spec stride, padding, dilation and groups
     * @param key where the randomness comes from
     * @return the layer
     * @throws ShapeException if the channels do not divide into the groups
     */
    public static TransposedConv2d withoutBias(int in, int out, int kernel, ConvSpec spec, Key key) {
        return new TransposedConv2d(Parameter.of(Init.weight(key.split("weight"), shape(in, out, kernel, spec))), null, spec);
    }

    @Override
    public Variable forward(Variable x) {
        int in = weight.shape().dim(0);
        if (x.shape().rank() != 4 || x.shape().dim(1) != in) {
            throw new ShapeException("transposedConv2d: images (N, " + in + ", H, W) are needed, got " + x.shape()
                    + "; the weight's first dimension is the image's channels");
        }
        Shape image = Shape.of(x.shape().dim(0), weight.shape().dim(1) * spec.groups(),
                extent(x.shape().dim(2), weight.shape().dim(2), spec.strideH(), spec.padH(), spec.dilationH()),
                extent(x.shape().dim(3), weight.shape().dim(3), spec.strideW(), spec.padW(), spec.dilationW()));
        Variable y = x.apply(new Conv2dInput(spec, image), List.of(weight));
        return bias == null ? y : y.add(bias.reshape(1, image.dim(1), 1, 1));
    }

    @Override
    public long multiplyAdds(Shape input, Shape output) {
        return input.size() * (weight.shape().size() / weight.shape().dim(0));
    }

    private static int extent(int in, int kernel, int stride, int pad, int dilation) {
        int out = (in - 1) * stride - 2 * pad + dilation * (kernel - 1) + 1;
        if (out < 1) {
            throw new ShapeException("transposedConv2d: nothing is left of extent " + in + " with kernel " + kernel + " and padding " + pad
                    + "; use less padding or a larger kernel");
        }
        return out;
    }

    private static Shape shape(int in, int out, int kernel, ConvSpec spec) {
        if (in % spec.groups() != 0 || out % spec.groups() != 0) {
            throw new ShapeException("transposedConv2d: " + in + " channels in and " + out + " out do not both divide into " + spec.groups()
                    + " groups");
        }
        return Shape.of(in, out / spec.groups(), kernel, kernel);
    }
}
