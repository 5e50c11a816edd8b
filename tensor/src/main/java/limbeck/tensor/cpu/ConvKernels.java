package limbeck.tensor.cpu;

import limbeck.tensor.Layout;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.View;

/**
 * Convolution and its two gradients on float32 images. Each is a product with the matrix of {@link Im2col}: forward,
 * pixels by weights; for the image, pixels of the gradient by the weights read backwards, or {@link Col2im} where there is a
 * stride; for the weights, pixels of the gradient, transposed, by pixels of the image. Where {@link ConvForm} knows a faster
 * form, that is taken; {@link Depthwise} has its own, and so have images of few channels, {@link LineConv}.
 *
 * <p>Letters: images (N, C, H, W), weights (K, C / groups, kh, kw), gradients (N, K, H', W').
 */
final class ConvKernels {
    private static final Scratch IMAGE = new Scratch();
    private static final Scratch GRADIENT = new Scratch();
    private static final Scratch RESULT = new Scratch();

    private ConvKernels() {
    }

    /**
     * Convolves.
     *
     * @param spec stride, padding, dilation, groups
     * @param image (N, C, H, W), any layout
     * @param folded (K, C / groups, kh, kw), any layout
     * @param out (N, K, H', W'), channels last
     * @param finish what becomes of the result; the kernels see each pixel through before they do the next
     */
    static void forward(ConvSpec spec, View image, FoldedWeight folded, View out, Finish finish) {
        View weight = folded.view();
        Layout w = weight.layout();
        Axis vertical = vertical(spec, w);
        Axis horizontal = horizontal(spec, w);
        Images result = Images.of(out, RESULT);
        if (spec.groups() == 1 && LineConv.applies(image, vertical, horizontal, result)) {
            LineConv.run(image, weights(folded, 0), vertical, horizontal, result, finish);
            return;
        }
        Images in = Images.of(image, IMAGE);
        if (Depthwise.applies(spec, in, result)) {
            Depthwise.forward(spec, in, weight, result);
            finish(result, finish);
            return;
        }
        int channels = result.channels() / spec.groups();
        for (int g = 0; g < spec.groups(); g++) {
            // With groups a pixel is whole only when the last of them is done.
            convolve(in, weights(folded, g * channels), vertical, horizontal, result, g, spec.groups(), spec.groups() == 1 ? finish : Finish.NONE);
        }
        if (spec.groups() > 1) {
            finish(result, finish);
        }
    }

    /** The weights for the output channels from {@code first} on. */
    private static ConvWeights weights(FoldedWeight folded, int first) {
        View weight = folded.view();
        Layout w = weight.layout();
        return new ConvWeights(floats(weight), w.offset() + first * w.stride(0), w.shape().dim(3), w.shape().dim(1), w.stride(2), w.stride(3),
                w.stride(1), w.stride(0), folded);
    }

    /** Finishes a whole result, for the forms that do not do so bit by bit. */
    private static void finish(Images out, Finish finish) {
        if (finish != Finish.NONE) {
            Parallel.range(out.pixels(), Math.max(1, Nest.GRAIN / out.channels()), (from, to) ->
                    finish.block(from, to - from, 0, out.channels()));
        }
    }

    /** One group: the pixels of all channels are there, of which it reads and writes its own. */
    private static void convolve(Images in, ConvWeights weights, Axis vertical, Axis horizontal, Images out, int group, int groups,
            Finish finish) {
        switch (groups == 1 ? ConvForm.of(in, out, vertical, horizontal, weights.isScaled()) : ConvForm.PACKED) {
            case WINOGRAD_4 -> WinogradConv.run(Winograd.F4, in, weights, vertical.pad(), horizontal.pad(), out, finish);
            case WINOGRAD_2 -> WinogradConv.run(Winograd.F2, in, weights, vertical.pad(), horizontal.pad(), out, finish);
            case DIRECT -> DirectConv.run(in, weights, vertical.pad(), horizontal.pad(), out, finish);
            // PLANES are for weights.
            case PACKED, PLANES -> multiply(in, weights, vertical, horizontal, out, group, groups, finish);
        }
    }

    private static void multiply(Images in, ConvWeights weights, Axis vertical, Axis horizontal, Images out, int group, int groups,
            Finish finish) {
        int channels = out.channels() / groups;
        int inner = vertical.taps() * horizontal.taps() * weights.channels();
        Gemm.ofRows(out.pixels(), channels, inner, pixels(in, groups, vertical, horizontal, out, group), weights, out.array(),
                out.offset() + group * channels, out.channels()).run(finish);
    }

    /**
     * The gradient with respect to the image.
     *
     * @param spec the forward convolution's
     * @param gradient (N, K, H', W'), any layout
     * @param weight (K, C / groups, kh, kw), any layout
     * @param out (N, C, H, W), channels last
     * @param finish what becomes of the result
     */
    static void input(ConvSpec spec, View gradient, View weight, View out, Finish finish) {
        Images from = Images.of(gradient, GRADIENT);
        Images result = Images.of(out, RESULT);
        if (Depthwise.applies(spec, result, from)) {
            Depthwise.input(spec, from, weight, result);
            finish(result, finish);
            return;
        }
        Layout w = weight.layout();
        if (spec.strideH() > 1 || spec.strideW() > 1) {
            Col2im.run(from, weight, vertical(spec, w), horizontal(spec, w), spec.groups(), result, finish);
            return;
        }
        // A convolution of the gradient by the kernels read backwards.
        Axis vertical = backwards(vertical(spec, w));
        Axis horizontal = backwards(horizontal(spec, w));
        int summed = from.channels() / spec.groups();
        if (spec.groups() == 1 && LineConv.applies(gradient, vertical, horizontal, result)) {
            LineConv.run(gradient, backwards(weight, 0, summed), vertical, horizontal, result, finish);
            return;
        }
        for (int g = 0; g < spec.groups(); g++) {
            convolve(from, backwards(weight, g * summed, summed), vertical, horizontal, result, g, spec.groups(),
                    spec.groups() == 1 ? finish : Finish.NONE);
        }
        if (spec.groups() > 1) {
            finish(result, finish);
        }
    }

    private static Axis backwards(Axis axis) {
        return new Axis(axis.taps(), 1, (axis.taps() - 1) * axis.dilation() - axis.pad(), axis.dilation());
    }

    /** The weights from so many output channels, which are summed now, the first of them given; its kernels begin with their last tap. */
    private static ConvWeights backwards(View weight, int first, int summed) {
        Layout w = weight.layout();
        int last = w.offset() + first * w.stride(0) + (w.shape().dim(2) - 1) * w.stride(2) + (w.shape().dim(3) - 1) * w.stride(3);
        return new ConvWeights(floats(weight), last, w.shape().dim(3), summed, -w.stride(2), -w.stride(3), w.stride(0), w.stride(1));
    }

    /**
     * The gradient with respect to the weights.
     *
     * @param spec the forward convolution's
     * @param image (N, C, H, W), any layout
     * @param gradient (N, K, H', W'), any layout
     * @param out (K, C / groups, kh, kw), row-major
     */
    static void weight(ConvSpec spec, View image, View gradient, View out) {
        Layout w = out.layout();
        Axis vertical = vertical(spec, w);
        Axis horizontal = horizontal(spec, w);
        Images from = Images.of(gradient, GRADIENT);
        if (spec.groups() == 1 && LineWeight.applies(image, from, vertical, horizontal)) {
            LineWeight.run(image, from, vertical, horizontal, floats(out), w.offset());
            return;
        }
        Images in = Images.of(image, IMAGE);
        if (Depthwise.applies(spec, in, from)) {
            Depthwise.weight(spec, in, from, out);
            return;
        }
        switch (spec.groups() == 1 ? ConvForm.ofWeights(in, from, vertical, horizontal) : ConvForm.PACKED) {
            // There is one Winograd form for weights, and it is never chosen as the exact one.
            case WINOGRAD_4, WINOGRAD_2 -> WinogradWeight.run(in, from, spec.padH(), spec.padW(), floats(out), w.offset());
            case DIRECT -> DirectConv.weight(in, from, spec.padH(), spec.padW(), floats(out), w.offset());
            case PLANES -> PlaneWeight.run(in, from, vertical, horizontal, floats(out), w.offset());
            case PACKED -> multiplyWeight(spec, in, from, vertical, horizontal, out);
        }
    }

    private static void multiplyWeight(ConvSpec spec, Images in, Images from, Axis vertical, Axis horizontal, View out) {
        Layout w = out.layout();
        int rows = from.channels() / spec.groups();
        int channels = w.shape().dim(1);
        int taps = w.shape().dim(2) * w.shape().dim(3);
        int columns = taps * channels;
        boolean direct = taps == 1 || channels == 1;
        for (int g = 0; g < spec.groups(); g++) {
            float[] result = direct ? floats(out) : RESULT.floats(rows * columns);
            int begin = w.offset() + g * rows * columns;
            GemmSource pixels = pixels(in, spec.groups(), vertical, horizontal, from, g);
            var left = new GemmMatrix(from.array(), from.offset() + g * rows, from.channels(), 1);
            Gemm.ofColumns(rows, columns, from.pixels(), left, pixels, result, direct ? begin : 0, columns).run();
            if (!direct) {
                Parallel.range(rows, Math.ceilDiv(1 << 13, columns), (first, end) -> {
                    for (int k = first; k < end; k++) {
                        new GemmMatrix(result, k * columns, 1, channels).copy(0, channels, 0, taps, floats(out), begin + k * columns, taps);
                    }
                });
            }
        }
    }

    private static Axis vertical(ConvSpec spec, Layout weight) {
        return new Axis(weight.shape().dim(2), spec.strideH(), spec.padH(), spec.dilationH());
    }

    private static Axis horizontal(ConvSpec spec, Layout weight) {
        return new Axis(weight.shape().dim(3), spec.strideW(), spec.padW(), spec.dilationW());
    }

    /** The pixels that a convolution reads for each pixel of its result, in one group. */
    private static GemmSource pixels(Images in, int groups, Axis vertical, Axis horizontal, Images out, int group) {
        int channels = in.channels() / groups;
        int offset = in.offset() + group * channels;
        if (vertical.isPoint() && horizontal.isPoint() && in.height() == out.height() && in.width() == out.width()) {
            return new GemmMatrix(in.array(), offset, in.channels(), 1);
        }
        return new Im2col(in.array(), offset, in.channels(), channels, in.height(), in.width(), out.height(), out.width(), vertical,
                horizontal);
    }

    private static float[] floats(View view) {
        return ((HostStorage) view.storage()).floats();
    }
}
