package limbeck.tensor.op;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.ShapeException;

/**
 * The geometry of a two-dimensional convolution, shared by its forward and its two backward ops. As in PyTorch it is a
 * cross-correlation: the kernel is not flipped.
 *
 * @param strideH step of the window down
 * @param strideW step of the window to the right
 * @param padH rows of zeros above and below
 * @param padW columns of zeros left and right
 * @param dilationH distance of the kernel's rows
 * @param dilationW distance of the kernel's columns
 * @param groups into how many independent groups the channels are split; the number of channels for depthwise
 */
public record ConvSpec(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
    /** Stride 1, no padding, no dilation, one group. */
    public static final ConvSpec DEFAULT = new ConvSpec(1, 1, 0, 0, 1, 1, 1);

    /**
     * Checks the numbers.
     *
     * @throws ShapeException if a stride, dilation or the number of groups is below 1, or a padding is negative
     */
    public ConvSpec {
        if (strideH < 1 || strideW < 1 || padH < 0 || padW < 0 || dilationH < 1 || dilationW < 1 || groups < 1) {
            throw new ShapeException("conv2d: stride (" + strideH + ", " + strideW + "), padding (" + padH + ", " + padW + "), dilation ("
                    + dilationH + ", " + dilationW + "), groups " + groups + "; need stride, dilation and groups >= 1 and padding >= 0");
        }
    }

    /**
     * This geometry with another stride, the same in both directions.
     *
     * @param stride the step of the window
     * @return the geometry
     */
    public ConvSpec stride(int stride) {
        return new ConvSpec(stride, stride, padH, padW, dilationH, dilationW, groups);
    }

    /**
     * This geometry with another padding, the same on all sides.
     *
     * @param padding rows and columns of zeros
     * @return the geometry
     */
    public ConvSpec padding(int padding) {
        return new ConvSpec(strideH, strideW, padding, padding, dilationH, dilationW, groups);
    }

    /**
     * This geometry with another dilation, the same in both directions.
     *
     * @param dilation the distance of the kernel's elements
     * @return the geometry
     */
    public ConvSpec dilation(int dilation) {
        return new ConvSpec(strideH, strideW, padH, padW, dilation, dilation, groups);
    }

    /**
     * This geometry with another number of groups.
     *
     * @param groups into how many independent groups the channels are split
     * @return the geometry
     */
    public ConvSpec groups(int groups) {
        return new ConvSpec(strideH, strideW, padH, padW, dilationH, dilationW, groups);
    }

    /**
     * Checks images against weights and infers the shape of the result.
     *
     * @param op the operation's name, for the error
     * @param image shape (N, C, H, W)
     * @param weight shape (K, C / groups, kernel height, kernel width)
     * @return shape (N, K, H', W')
     * @throws ShapeException if they do not fit
     */
    public Shape output(String op, Shape image, Shape weight) {
        var both = List.of(image, weight);
        if (image.rank() != 4 || weight.rank() != 4) {
            throw ShapeException.of(op, "images (N, C, H, W) and weights (out, in, kh, kw) are needed", both, "ranks " + image.rank() + " and "
                    + weight.rank(), "unsqueeze or reshape");
        }
        if (image.dim(1) != weight.dim(1) * groups) {
            throw ShapeException.of(op, "channels differ", both, image.dim(1) + " != " + weight.dim(1) + " x " + groups + " groups",
                    "the weights' second dimension is the image's channels divided by groups");
        }
        if (weight.dim(0) % groups != 0) {
            throw ShapeException.of(op, "output channels do not divide into the groups", both, weight.dim(0) + " % " + groups + " != 0", "");
        }
        return Shape.of(image.dim(0), weight.dim(0), extent(op, image.dim(2), weight.dim(2), strideH, padH, dilationH),
                extent(op, image.dim(3), weight.dim(3), strideW, padW, dilationW));
    }

    private static int extent(String op, int in, int kernel, int stride, int pad, int dilation) {
        int span = dilation * (kernel - 1) + 1;
        if (kernel < 1 || in + 2 * pad < span) {
            throw new ShapeException(op + ": a kernel that spans " + span + " does not fit into extent " + in + " with padding " + pad
                    + "; use a smaller kernel or more padding");
        }
        return (in + 2 * pad - span) / stride + 1;
    }
}
