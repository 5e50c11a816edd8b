package limbeck.tensor.cuda;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.cuda.CudaGemm.Finish;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormGate;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.ImagesAndSums;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import limbeck.tensor.spi.View;

/**
 * Batch norm and its kin ({@code norm.cu}) where the channels are innermost, and layer norm ({@code layer_norm.cu}) over row-major
 * rows: one pass for the sums, one for the result. Sums over rows are taken in pieces, whose number depends on the sizes alone.
 */
final class CudaNorm {
    private static final int THREADS = 256;
    /** Blocks that occupy a large device, each with several more waiting. */
    private static final int BLOCKS = 512;
    /** Rows of a thread, at least. */
    private static final int LEAST_ROWS = 4;
    /** A longer row has a block, not a warp. */
    private static final int LONG_ROW = 1024;

    private CudaNorm() {
    }

    /** Whether there is a kernel: float32, with the channels innermost, or for layer norm row-major. */
    static boolean fuses(FusedOp op, List<View> in) {
        View x = in.getFirst();
        if (x.shape().size() == 0 || in.stream().anyMatch(view -> view.type() != DType.F32)) {
            return false;
        }
        if (op instanceof BatchNormGate) {
            return x.layout().isChannelsLast();
        }
        return op instanceof LayerNorm || op instanceof LayerNormGradients ? x.layout().isContiguous()
                : x.layout().isDense() && (x.layout().stride(1) == 1 || x.shape().dim(1) == 1);
    }

    /** Computes one of the ops that it {@link #fuses}. */
    static void run(FusedOp op, List<View> in, View out, Temps temps) {
        switch (op) {
            case ChannelMoments _ -> moments(in.getFirst(), out, temps);
            case ChannelAffine affine -> affine(affine, in, out, temps);
            case BatchNorm norm -> batchNorm(norm, in, out, temps);
            case BatchNormGate gate -> gate(gate, in, out, temps);
            case BatchNormSums sums -> sums(sums, in, out, temps);
            case BatchNormInput input -> input(input, in, out, temps);
            case LayerNorm norm -> layerNorm(norm, in, out, temps);
            case LayerNormGradients gradients -> gradients(gradients, in, out, temps);
            default -> throw new IllegalArgumentException(op.name() + " is no normalization");
        }
    }

    /**
     * How rows of channels are shared out.
     *
     * @param rows how many
     * @param channels numbers of a row
     * @param vector channels of a thread, 4 or 1
     * @param across threads of a block along the channels, a power of two
     * @param piece rows of a block
     */
    private record Shares(int rows, int channels, int vector, int across, int piece) {
        static Shares of(View x, View... others) {
            int channels = x.shape().dim(1);
            int rows = x.shape().intSize() / channels;
            boolean aligned = channels % 4 == 0 && isAligned(x);
            for (View other : others) {
                aligned &= other == null || isAligned(other);
            }
            int vector = aligned ? 4 : 1;
            int threads = Math.ceilDiv(channels, vector);
            int across = Math.min(32, Integer.highestOneBit(2 * threads - 1));
            int columns = Math.ceilDiv(threads, across);
            int down = THREADS / across;
            int piece = Math.max(Math.ceilDiv(rows, Math.max(1, BLOCKS / columns)), LEAST_ROWS * down);
            return new Shares(rows, channels, vector, across, Math.ceilDiv(piece, down) * down);
        }

        private static boolean isAligned(View view) {
            return DeviceStorage.address(view) % 16 == 0;
        }

        int pieces() {
            return Math.ceilDiv(rows, piece);
        }

        int[] struct() {
            return new int[] {rows, channels, across, piece};
        }

        void launch(Temps temps, String kernel, boolean sums, Object... args) {
            var all = new Object[args.length + 1];
            System.arraycopy(args, 0, all, 0, args.length);
            all[args.length] = struct();
            temps.context().kernels("norm.cu").kernel(kernel + "_" + vector).launch(pieces(),
                    Math.ceilDiv(channels, across * vector), 1, THREADS, sums ? THREADS * 2 * vector * 4 : 0, all);
        }
    }

    /** Mean and biased variance of each channel: images with the channels innermost, result (2, C). */
    static void moments(View x, View out, Temps temps) {
        Shares shares = Shares.of(x);
        long parts = temps.workspace(shares.pieces() * 2 * shares.channels);
        shares.launch(temps, "moments", true, x, parts);
        temps.context().kernels("norm.cu").kernel("moments_end").launch(Math.ceilDiv(shares.channels, 32), 1, 1, 1024, 0, parts,
                shares.pieces(), x, shares.rows, shares.channels, out);
    }

    private static void affine(ChannelAffine op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        View scale = rowMajor(in.get(1), temps);
        View shift = rowMajor(in.get(2), temps);
        View residual = in.size() == 4 ? alike(in.getLast(), x, temps) : null;
        Shares.of(x, scale, shift, residual, out).launch(temps, "affine", false, x, scale, shift, orNone(residual), out, op.relu() ? 1 : 0);
    }

    private static void batchNorm(BatchNorm op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        View residual = in.size() == 5 ? alike(in.getLast(), x, temps) : null;
        var norm = new Parameters(in, op.epsilon(), temps);
        norm.shares(x, residual, out).launch(temps, "batch_norm", false, x, norm.weight, norm.bias, norm.moments, norm.epsilon,
                orNone(residual), out, op.relu() ? 1 : 0);
    }

    /** The gradient behind a ReLU, and behind it its sums. */
    private static void gate(BatchNormGate op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        var flow = new View(out.storage(), ImagesAndSums.images(out.layout(), x.shape()));
        Elementwise.binary(temps.context(), new Binary(BinaryFn.GATE), alike(in.get(4), x, temps), alike(in.get(5), x, temps), flow);
        var sums = new View(out.storage(), ImagesAndSums.sums(out.layout(), x.shape()));
        sums(new BatchNormSums(op.epsilon(), false), List.of(x, in.get(1), in.get(2), in.get(3), flow), sums, temps);
    }

    private static void sums(BatchNormSums op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        View g = alike(in.getLast(), x, temps);
        var norm = new Parameters(in, op.epsilon(), temps);
        Shares shares = norm.shares(x, g);
        long parts = temps.workspace(shares.pieces() * 2 * shares.channels);
        shares.launch(temps, "norm_sums", true, x, norm.weight, norm.bias, norm.moments, norm.epsilon, g, parts, op.relu() ? 1 : 0);
        temps.context().kernels("norm.cu").kernel("norm_sums_end").launch(Math.ceilDiv(shares.channels, 32), 1, 1, 1024, 0, parts,
                shares.pieces(), norm.moments, norm.epsilon, shares.channels, out);
    }

    private static void input(BatchNormInput op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        View g = alike(in.get(4), x, temps);
        View sums = rowMajor(in.getLast(), temps);
        var norm = new Parameters(in, op.epsilon(), temps);
        norm.shares(x, g, sums, out).launch(temps, "norm_input", false, x, norm.weight, norm.bias, norm.moments, norm.epsilon, g, sums, out,
                op.relu() ? 1 : 0);
    }

    /** The operands weight, bias and moments, row-major. */
    private static final class Parameters {
        private final View weight;
        private final View bias;
        private final View moments;
        private final float epsilon;

        Parameters(List<View> in, double epsilon, Temps temps) {
            weight = rowMajor(in.get(1), temps);
            bias = rowMajor(in.get(2), temps);
            moments = rowMajor(in.get(3), temps);
            this.epsilon = (float) epsilon;
        }

        Shares shares(View x, View... others) {
            Shares shares = Shares.of(x, weight, bias, moments);
            return shares.vector == 1 ? shares : Shares.of(x, others);
        }
    }

    private static void layerNorm(LayerNorm op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        int size = in.get(1).shape().intSize();
        int rows = x.shape().intSize() / size;
        ofRows(temps, "layer_norm", rows, size, x, rowMajor(in.get(1), temps), rowMajor(in.getLast(), temps), (float) op.epsilon(), out,
                rows, size);
    }

    private static void gradients(LayerNormGradients op, List<View> in, View out, Temps temps) {
        View x = in.getFirst();
        View g = rowMajor(in.getLast(), temps);
        int size = in.get(1).shape().intSize();
        int rows = x.shape().intSize() / size;
        long statistics = temps.workspace(2 * rows);
        ofRows(temps, "layer_norm_input", rows, size, x, rowMajor(in.get(1), temps), g, (float) op.epsilon(), out, statistics, rows, size);
        int columns = Math.ceilDiv(size, 32);
        int pieces = Math.clamp(BLOCKS / columns, 1, Math.ceilDiv(rows, 8 * LEAST_ROWS));
        int piece = Math.ceilDiv(rows, pieces);
        long parts = temps.workspace(pieces * 2 * size);
        temps.context().kernels("layer_norm.cu").kernel("layer_norm_sums").launch(columns, pieces, 1, THREADS, 0, x, g, statistics, parts,
                rows, size, piece);
        long sums = DeviceStorage.address(out) + 4L * x.shape().size();
        CudaGemm.sum(temps, parts, pieces, 2 * size, sums, 2 * size, Finish.NONE);
    }

    /** Launches a kernel with a warp for each row, or a block where rows are long. */
    private static void ofRows(Temps temps, String kernel, int rows, int size, Object... args) {
        boolean warps = size <= LONG_ROW;
        temps.context().kernels("layer_norm.cu").kernel(kernel + (warps ? "_warp" : "_block")).launch(warps ? Math.ceilDiv(rows, 4) : rows,
                1, 1, warps ? 128 : THREADS, 0, args);
    }

    private static View rowMajor(View view, Temps temps) {
        return temps.ordered(view, Layout.contiguous(view.shape()));
    }

    /** In the order of x. */
    private static View alike(View view, View x, Temps temps) {
        return temps.ordered(view, Layout.denseLike(x.shape(), x.layout()));
    }

    private static Object orNone(View view) {
        return view == null ? (Object) 0L : view;
    }
}
