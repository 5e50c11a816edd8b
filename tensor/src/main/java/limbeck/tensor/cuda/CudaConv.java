package limbeck.tensor.cuda;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Precision;
import limbeck.tensor.Shape;
import limbeck.tensor.cuda.CudaGemm.Cut;
import limbeck.tensor.cuda.CudaGemm.Finish;
import limbeck.tensor.cuda.CudaGemm.Side;
import limbeck.tensor.cuda.CudaGemm.Strands;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.ConvSpec;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.ImagesAndSums;
import limbeck.tensor.spi.View;

/**
 * Convolution and its two gradients. Kernels of one pixel are plain matrix products; many small groups have kernels of their own
 * ({@code conv_groups.cu}); all else is a product with a matrix of windows that is never written down ({@code conv.cu} and
 * {@code conv_weight.cu}).
 *
 * <p>Letters: images (N, C, H, W), weights (K, C / groups, kh, kw), gradients (N, K, H', W').
 */
final class CudaConv {
    /** With fewer channels than this, images are read as they lie; with more, they pay for being put channels last. */
    private static final int FEW_CHANNELS = 8;
    /** Groups with fewer weights a tap would leave a tile of a product mostly empty. */
    private static final int SMALL_GROUP = 64;

    private CudaConv() {
    }

    /** Whether there is a kernel for a convolution and what follows it. */
    static boolean fuses(FusedOp op, List<View> in) {
        return in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0);
    }

    /** A convolution, a bias and where wanted a ReLU. */
    static void bias(Conv2dBias op, List<View> in, View out, Temps temps) {
        forward(op.spec(), in.getFirst(), in.get(1), out, new Finish(0, vector(in.get(2), temps), 0, op.relu()), temps);
    }

    /** A convolution, a scale and a shift for each channel, and where wanted a residual and a ReLU. */
    static void affine(Conv2dAffine op, List<View> in, View out, Temps temps) {
        long residual = in.size() == 5 ? DeviceStorage.address(temps.ordered(in.getLast(), out.layout())) : 0;
        var finish = new Finish(vector(in.get(2), temps), vector(in.get(3), temps), residual, op.relu());
        forward(op.spec(), in.getFirst(), in.get(1), out, finish, temps);
    }

    /** A convolution, and the moments of what it has written. */
    static void moments(Conv2dMoments op, List<View> in, View out, Temps temps) {
        Shape shape = op.images(in.getFirst().shape(), in.getLast().shape());
        var images = new View(out.storage(), ImagesAndSums.images(out.layout(), shape));
        forward(op.spec(), in.getFirst(), in.getLast(), images, temps);
        CudaNorm.moments(images, new View(out.storage(), ImagesAndSums.sums(out.layout(), shape)), temps);
    }

    private static long vector(View view, Temps temps) {
        return DeviceStorage.address(temps.ordered(view, Layout.contiguous(view.shape())));
    }

    /**
     * Convolves.
     *
     * @param spec stride, padding, dilation, groups
     * @param image (N, C, H, W), any layout
     * @param weight (K, C / groups, kh, kw), any layout
     * @param out (N, K, H', W'), channels last
     * @param temps takes what is copied on the way
     */
    static void forward(ConvSpec spec, View image, View weight, View out, Temps temps) {
        forward(spec, image, weight, out, Finish.NONE, temps);
    }

    private static void forward(ConvSpec spec, View image, View weight, View out, Finish finish, Temps temps) {
        Shape w = weight.shape();
        if (isProduct(spec, w)) {
            Pixels in = Pixels.channelsLast(image, temps);
            var a = new Side(in.address(), in.channels(), 1, 0);
            var b = new Side(DeviceStorage.address(weight), weight.layout().stride(0), weight.layout().stride(1), 0);
            CudaGemm.multiply(temps, in.count(), w.dim(0), w.dim(1), 1, a, b, DeviceStorage.address(out), finish);
        } else if (hasSmallGroups(spec, w)) {
            Pixels in = Pixels.channelsLast(image, temps);
            temps.context().kernels("conv_groups.cu").kernel("groups_forward").launchFor(out.shape().intSize(), in.address(),
                    groupWeights(weight, temps), out, finish.scale(), finish.shift(), finish.residual(),
                    groups(spec, image.shape(), out.shape(), w, finish.reluFlag()));
        } else {
            Pixels in = w.dim(1) < FEW_CHANNELS ? Pixels.of(image) : Pixels.channelsLast(image, temps);
            long filters = weight.layout().isChannelsLast() ? DeviceStorage.address(weight) : KeptFilters.of(weight, temps, to ->
                    transpose(rowMajor(weight, temps), to, w.dim(0), w.dim(1), w.dim(2) * w.dim(3), temps));
            convolve(spec, in, filters, w, Pixels.of(out), w.dim(0) / spec.groups(), w.dim(1), false, finish, temps);
        }
    }

    /**
     * The gradient with respect to the image.
     *
     * @param spec the forward convolution's
     * @param gradient (N, K, H', W'), any layout
     * @param weight (K, C / groups, kh, kw), any layout
     * @param image the result (N, C, H, W), channels last
     * @param temps takes what is copied on the way
     */
    static void input(ConvSpec spec, View gradient, View weight, View image, Temps temps) {
        Shape w = weight.shape();
        Pixels from = Pixels.channelsLast(gradient, temps);
        if (isProduct(spec, w)) {
            var a = new Side(from.address(), from.channels(), 1, 0);
            var b = new Side(DeviceStorage.address(weight), weight.layout().stride(1), weight.layout().stride(0), 0);
            CudaGemm.multiply(temps, from.count(), w.dim(1), w.dim(0), 1, a, b, DeviceStorage.address(image), Finish.NONE);
        } else if (hasSmallGroups(spec, w)) {
            temps.context().kernels("conv_groups.cu").kernel("groups_input").launchFor(image.shape().intSize(), from.address(),
                    groupWeights(weight, temps), image, groups(spec, image.shape(), gradient.shape(), w, 0));
        } else {
            int rows = w.dim(0) / spec.groups();
            long filters = transposed(rowMajor(weight, temps), spec.groups(), rows, w.dim(1) * w.dim(2) * w.dim(3), temps);
            convolve(spec, from, filters, w, Pixels.of(image), w.dim(1), rows, true, Finish.NONE, temps);
        }
    }

    /**
     * The gradient with respect to the weights.
     *
     * @param spec the forward convolution's
     * @param image (N, C, H, W), any layout
     * @param gradient (N, K, H', W'), any layout
     * @param weight the result (K, C / groups, kh, kw), row-major
     * @param temps takes what is copied on the way, and the pieces
     */
    static void weight(ConvSpec spec, View image, View gradient, View weight, Temps temps) {
        Shape w = weight.shape();
        Pixels from = Pixels.channelsLast(gradient, temps);
        if (from.count() == 0) {
            Moves.fill(temps.context(), weight, 0);
        } else if (isProduct(spec, w)) {
            Pixels in = Pixels.channelsLast(image, temps);
            var a = new Side(from.address(), 1, from.channels(), 0);
            var b = new Side(in.address(), 1, in.channels(), 0);
            CudaGemm.multiply(temps, w.dim(0), w.dim(1), in.count(), 1, a, b, DeviceStorage.address(weight), Finish.NONE);
        } else if (hasSmallGroups(spec, w)) {
            weightOfSmallGroups(spec, Pixels.channelsLast(image, temps), from, weight, temps);
        } else {
            weight(spec, w.dim(1) < FEW_CHANNELS ? Pixels.of(image) : Pixels.channelsLast(image, temps), from, weight, temps);
        }
    }

    private static void weight(ConvSpec spec, Pixels in, Pixels from, View weight, Temps temps) {
        Shape w = weight.shape();
        int rows = w.dim(0) / spec.groups();
        int columns = w.dim(1) * w.dim(2) * w.dim(3);
        Precision precision = CudaGemm.precision(temps);
        Tile tile = Tile.ofLongSums(rows, columns, precision);
        int tiles = tile.count(rows, columns);
        int size = weight.shape().intSize();
        Cut cut = Cut.of((long) tiles * spec.groups(), size, from.count());
        boolean gradientChunks = from.channels() % 4 == 0 && rows % 4 == 0 && from.isAligned();
        int[] geometry = {in.images(), in.height(), in.width(), w.dim(1), in.imageStride(), in.rowStride(), in.columnStride(),
            in.channelStride(), from.height(), from.width(), rows, from.channels(), w.dim(2), w.dim(3), spec.strideH(), spec.strideW(),
            spec.padH(), spec.padW(), spec.dilationH(), spec.dilationW(), cut.length(),
            gradientChunks ? 1 : 0, in.isInChunks() && w.dim(1) % 4 == 0 ? 1 : 0, columns % 2 == 0 ? 1 : 0};
        long parts = temps.workspace(cut.pieces() * size);
        Kernel kernel = temps.context().kernels("conv_weight.cu", CudaGemm.inner(precision)).kernel("conv_weight_" + tile.name());
        kernel.launch(tiles, cut.pieces(), spec.groups(), tile.threads(), tile.ringBytes(), in.address(), from.address(), parts, geometry);
        sumWeights(parts, cut.pieces(), weight, temps);
    }

    private static void weightOfSmallGroups(ConvSpec spec, Pixels in, Pixels from, View weight, Temps temps) {
        Shape w = weight.shape();
        int blocks = Math.ceilDiv(w.dim(0), 32) * w.dim(1) * w.dim(2) * w.dim(3);
        int lines = from.images() * from.height();
        int pieces = Math.clamp(Math.ceilDiv(4 * CudaGemm.BLOCKS, blocks), 1, Math.max(1, lines / 8));
        int linesOfPiece = Math.ceilDiv(lines, pieces);
        long parts = temps.workspace(pieces * weight.shape().intSize());
        temps.context().kernels("conv_groups.cu").kernel("groups_weight").launch(blocks, pieces, 1, 256, 0, in.address(), from.address(),
                parts, linesOfPiece, groups(spec, in.shape(), from.shape(), w, 0));
        sumWeights(parts, pieces, weight, temps);
    }

    private static void sumWeights(long parts, int pieces, View weight, Temps temps) {
        Shape w = weight.shape();
        Strands strands = Strands.of(pieces);
        temps.context().kernels("pieces.cu").kernel("sum_weight_pieces").launch(strands.blocks(w.intSize()), 1, 1, strands.threads(), 0,
                parts, pieces, strands.count(), w.intSize(), weight, w.dim(2) * w.dim(3), w.dim(1));
    }

    /** The forward convolution, or the gradient of its image: windows over {@code in}, of so many channels in each group. */
    private static void convolve(ConvSpec spec, Pixels in, long filters, Shape w, Pixels out, int outChannels, int channels,
            boolean transposed, Finish finish, Temps temps) {
        int phases = transposed ? spec.strideH() * spec.strideW() : 1;
        // The first phase has the most pixels.
        int rows = transposed ? out.images() * Math.ceilDiv(out.height(), spec.strideH()) * Math.ceilDiv(out.width(), spec.strideW())
                : out.count();
        Precision precision = CudaGemm.precision(temps);
        Tile tile = Tile.ofPixels(rows, outChannels, spec.groups() * phases, precision);
        int tiles = tile.count(rows, outChannels);
        int summed = channels * w.dim(2) * w.dim(3);
        int size = out.count() * out.channels();
        // Phases have sums of different lengths, and blocks enough.
        Cut cut = Cut.of(phases == 1 ? (long) tiles * spec.groups() : CudaGemm.BLOCKS, size, summed);
        int[] geometry = {in.images(), in.height(), in.width(), channels, in.imageStride(), in.rowStride(), in.columnStride(),
            in.channelStride(), out.height(), out.width(), outChannels, out.channels(), spec.groups(), w.dim(2), w.dim(3), spec.strideH(),
            spec.strideW(), spec.padH(), spec.padW(), spec.dilationH(), spec.dilationW(), transposed ? 1 : 0,
            cut.length(), cut.isWhole() ? finish.reluFlag() : 0,
            in.isInChunks() && channels % 4 == 0 && filters % 16 == 0 ? 1 : 0, outChannels % 2 == 0 && out.address() % 8 == 0 ? 1 : 0};
        Kernel kernel = temps.context().kernels("conv.cu", CudaGemm.inner(precision)).kernel("conv_" + tile.name());
        if (cut.isWhole()) {
            kernel.launch(tiles, 1, spec.groups() * phases, tile.threads(), tile.ringBytes(), in.address(), filters, out.address(),
                    finish.scale(), finish.shift(), finish.residual(), geometry);
        } else {
            long parts = temps.workspace(cut.pieces() * size);
            kernel.launch(tiles, cut.pieces(), spec.groups(), tile.threads(), tile.ringBytes(), in.address(), filters, parts, 0L, 0L, 0L,
                    geometry);
            CudaGemm.sum(temps, parts, cut.pieces(), size, out.address(), out.channels(), finish);
        }
    }

    /** Whether each pixel of the result depends on one pixel, in the same place. */
    private static boolean isProduct(ConvSpec spec, Shape weight) {
        return weight.dim(2) == 1 && weight.dim(3) == 1 && spec.strideH() == 1 && spec.strideW() == 1 && spec.padH() == 0
                && spec.padW() == 0 && spec.groups() == 1;
    }

    private static boolean hasSmallGroups(ConvSpec spec, Shape weight) {
        return spec.groups() > 1 && (long) weight.dim(1) * (weight.dim(0) / spec.groups()) <= SMALL_GROUP;
    }

    private static int[] groups(ConvSpec spec, Shape image, Shape out, Shape weight, int relu) {
        return new int[] {image.dim(0), image.dim(2), image.dim(3), image.dim(1), out.dim(2), out.dim(3), out.dim(1), spec.groups(),
            weight.dim(2), weight.dim(3), spec.strideH(), spec.strideW(), spec.padH(), spec.padW(), spec.dilationH(), spec.dilationW(),
            relu};
    }

    /** Weights of small groups: (C / groups, kh, kw, K). */
    private static long groupWeights(View weight, Temps temps) {
        Shape w = weight.shape();
        return transposed(rowMajor(weight, temps), 1, w.dim(0), w.dim(1) * w.dim(2) * w.dim(3), temps);
    }

    private static long rowMajor(View weight, Temps temps) {
        return DeviceStorage.address(temps.ordered(weight, Layout.contiguous(weight.shape())));
    }

    /** Matrices (batches, rows, columns), each transposed. */
    private static long transposed(long matrices, int batches, int rows, int columns, Temps temps) {
        if (rows <= 1 || columns <= 1) {
            return matrices;
        }
        long result = temps.workspace(batches * rows * columns);
        transpose(matrices, result, batches, rows, columns, temps);
        return result;
    }

    private static void transpose(long matrices, long to, int batches, int rows, int columns, Temps temps) {
        int y = Math.min(batches, CudaContext.MAX_GRID);
        temps.context().kernels("pieces.cu").kernel("transpose").launch(Math.ceilDiv(rows, 32) * Math.ceilDiv(columns, 32), y,
                Math.ceilDiv(batches, y), 256, 0, matrices, to, batches, rows, columns);
    }

    /**
     * Images in memory.
     *
     * @param address of the first number
     * @param shape (N, C, H, W)
     * @param imageStride distance of the images, in elements
     * @param rowStride of the rows
     * @param columnStride of the columns
     * @param channelStride of the channels
     */
    private record Pixels(long address, Shape shape, int imageStride, int rowStride, int columnStride, int channelStride) {
        /** As they lie. */
        static Pixels of(View view) {
            Layout layout = view.layout();
            return new Pixels(DeviceStorage.address(view), view.shape(), layout.stride(0), layout.stride(2), layout.stride(3),
                    layout.stride(1));
        }

        /** Channels last, copied only if they lie otherwise. */
        static Pixels channelsLast(View view, Temps temps) {
            Layout layout = Layout.channelsLast(view.shape());
            View ordered = temps.ordered(view, layout);
            return new Pixels(DeviceStorage.address(ordered), view.shape(), layout.stride(0), layout.stride(2), layout.stride(3), 1);
        }

        int images() {
            return shape.dim(0);
        }

        int channels() {
            return shape.dim(1);
        }

        int height() {
            return shape.dim(2);
        }

        int width() {
            return shape.dim(3);
        }

        /** Pixels of all images. */
        int count() {
            return images() * height() * width();
        }

        boolean isAligned() {
            return address % 16 == 0;
        }

        /** Whether four channels at a time can be read. */
        boolean isInChunks() {
            return channelStride == 1 && isAligned() && imageStride % 4 == 0 && rowStride % 4 == 0 && columnStride % 4 == 0;
        }
    }
}
