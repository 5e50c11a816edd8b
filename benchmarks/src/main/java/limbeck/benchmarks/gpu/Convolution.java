package limbeck.benchmarks.gpu;

import java.util.List;
import limbeck.tensor.Shape;
import limbeck.tensor.op.ConvSpec;

/**
 * A convolution of square images by square kernels, padded by half a kernel.
 *
 * @param network whose layer it is
 * @param batch images
 * @param in channels of the images
 * @param side of the images, in pixels
 * @param out channels of the result
 * @param kernel side of the kernels
 * @param stride in both directions
 */
record Convolution(String network, int batch, int in, int side, int out, int kernel, int stride) {
    /** What is computed. */
    enum Part {
        /** The result. */
        FORWARD("forward"),
        /** The gradient of the image. */
        IMAGE("image's gradient"),
        /** The gradient of the weights. */
        WEIGHT("weight's gradient");

        private final String words;

        Part(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** Layers of ResNet-20 at batch 128 and of ResNet-50 at batch 32. */
    static final List<Convolution> LAYERS = List.of(new Convolution("resnet20", 128, 16, 32, 16, 3, 1),
            new Convolution("resnet20", 128, 32, 16, 32, 3, 1), new Convolution("resnet20", 128, 32, 16, 64, 3, 2),
            new Convolution("resnet20", 128, 64, 8, 64, 3, 1), new Convolution("resnet50", 32, 3, 224, 64, 7, 2),
            new Convolution("resnet50", 32, 64, 56, 64, 3, 1), new Convolution("resnet50", 32, 64, 56, 256, 1, 1),
            new Convolution("resnet50", 32, 128, 28, 128, 3, 1), new Convolution("resnet50", 32, 256, 14, 256, 3, 1),
            new Convolution("resnet50", 32, 1024, 14, 256, 1, 1), new Convolution("resnet50", 32, 512, 7, 512, 3, 1));

    /** Of every kind a little one. */
    static final List<Convolution> TOYS = List.of(new Convolution("toy", 2, 4, 8, 8, 3, 1), new Convolution("toy", 1, 3, 12, 4, 7, 2));

    int padding() {
        return kernel / 2;
    }

    /** Pixels of the result's side. */
    int resultSide() {
        return (side + 2 * padding() - kernel) / stride + 1;
    }

    ConvSpec spec() {
        return ConvSpec.DEFAULT.padding(padding()).stride(stride);
    }

    Shape image() {
        return Shape.of(batch, in, side, side);
    }

    Shape weight() {
        return Shape.of(out, in, kernel, kernel);
    }

    Shape result() {
        return Shape.of(batch, out, resultSide(), resultSide());
    }

    /** Multiplications and additions, of each part. */
    double operations() {
        return 2.0 * result().size() * in * kernel * kernel;
    }

    @Override
    public String toString() {
        return network + " " + batch + "x" + in + "x" + side + "x" + side + " to " + out + " by " + kernel + "x" + kernel
                + (stride > 1 ? "/" + stride : "");
    }
}
