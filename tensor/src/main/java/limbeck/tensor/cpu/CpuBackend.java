package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.array;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Memory;
import limbeck.tensor.Threads;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormGate;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.ChannelAffine;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.Concat;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dAffine;
import limbeck.tensor.op.Conv2dBias;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dInputAdd;
import limbeck.tensor.op.Conv2dMoments;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.CrossEntropy;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.Gelu;
import limbeck.tensor.op.GeluInput;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.LogSoftmax;
import limbeck.tensor.op.LogSoftmaxInput;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.MaxPool2d;
import limbeck.tensor.op.MaxPool2dPick;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.Random;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.SoftDivergence;
import limbeck.tensor.op.Softmax;
import limbeck.tensor.op.SoftmaxInput;
import limbeck.tensor.op.SquareSum;
import limbeck.tensor.op.Unary;
import limbeck.tensor.op.Update;
import limbeck.tensor.op.Where;
import limbeck.tensor.spi.Backend;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * The processor. It computes in float32 and int32; narrower types are widened before a kernel and rounded after it.
 * Tensors lie in Java arrays from one pool.
 */
public final class CpuBackend implements Backend {
    // About an L2 cache: 1 MiB on an EPYC of this kind, 2 on a Xeon. The same on all machines, since how a batch is cut
    // may decide by which form a convolution is computed, and so how it rounds.
    private static final long NEAR = 3 << 19;

    private final Pool pool = new Pool();

    /** A backend with an empty pool. */
    public CpuBackend() {
    }

    /**
     * What the processor computes with.
     *
     * @return threads and vectors
     */
    public static String describe() {
        return System.getProperty("os.arch") + ", threads: " + Threads.count() + ", "
                + (Simd.available() ? "vectors of " + Simd.bits() + " bits" : "no vectors (--add-modules jdk.incubator.vector)");
    }

    @Override
    public Storage allocate(DType type, int size) {
        return Temps.allocate(pool, type, size);
    }

    @Override
    public void forget(Storage storage) {
        pool.forget(storage.bytes());
    }

    @Override
    public void run(KernelOp op, List<View> in, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        try (var temps = new Temps(pool)) {
            if (onlyMoves(op) || isComputed(in, out)) {
                run(op, in, out, temps);
                return;
            }
            var wide = new ArrayList<View>(in.size());
            for (View view : in) {
                wide.add(temps.cast(view, computed(view.type())));
            }
            View result = isComputed(List.of(), out) ? out : temps.fresh(computed(out.type()), out.layout());
            run(op, wide, result, temps);
            if (result != out) {
                Casts.run(result, out);
            }
        }
    }

    @Override
    public boolean fuses(FusedOp op, List<View> in) {
        return switch (op) {
            case ChannelMoments _, ChannelAffine _, BatchNorm _, BatchNormSums _, BatchNormInput _ -> ChannelKernels.applies(in);
            case BatchNormGate _ -> ChannelKernels.applies(in) && in.getFirst().layout().isChannelsLast();
            case Conv2dMoments _ -> ChannelKernels.convolves(in);
            case Conv2dAffine _, Conv2dBias _, Linear _ ->
                    Simd.available() && in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0);
            case Conv2dInputAdd _ -> in.stream().allMatch(view -> view.type() == DType.F32 && view.shape().size() > 0);
            case CrossEntropy _ -> in.getLast().type() == DType.I32 && SoftmaxKernels.applies(1, in.subList(0, 1));
            case SquareSum _ -> Simd.available() && in.stream().allMatch(view -> view.type() == DType.F32 && view.layout().isDense());
            case Dropout _ -> Simd.available() && in.getFirst().type() == DType.F32 && in.getFirst().layout().isContiguous()
                    && in.getFirst().shape().size() > 0;
            case Gelu _, GeluInput _ -> GeluKernels.applies(in);
            case LayerNorm _, LayerNormGradients _ -> LayerNormKernels.applies(in);
            case LogSoftmax(int axis) -> SoftmaxKernels.applies(axis, in);
            case LogSoftmaxInput(int axis) -> SoftmaxKernels.applies(axis, in);
            case SoftDivergence _ -> SoftmaxKernels.applies(1, in);
            case Softmax(int axis) -> SoftmaxKernels.applies(axis, in);
            case SoftmaxInput(int axis) -> SoftmaxKernels.applies(axis, in);
        };
    }

    @Override
    public void run(FusedOp op, List<View> in, View out) {
        try (var temps = new Temps(pool)) {
            switch (op) {
                case ChannelMoments _ -> ChannelKernels.moments(in.getFirst(), out);
                case ChannelAffine affine -> ChannelKernels.affine(affine, in, out, temps);
                case BatchNorm norm -> ChannelKernels.batchNorm(norm, in, out, temps);
                case BatchNormGate gate -> ChannelKernels.batchNormGate(gate, in, out, temps);
                case BatchNormSums sums -> ChannelKernels.batchNormSums(sums, in, out, temps);
                case BatchNormInput input -> ChannelKernels.batchNormInput(input, in, out, temps);
                case Conv2dAffine conv -> ChannelKernels.convolution(conv, in, out, temps, pool);
                case Conv2dBias conv -> ChannelKernels.convolution(conv, in, out);
                case Conv2dMoments conv -> ChannelKernels.convolution(conv, in, out);
                case Conv2dInputAdd conv -> ConvKernels.input(conv.spec(), in.getFirst(), in.get(1), out,
                        Finish.adding(temps.ordered(in.getLast(), out.layout()), out));
                case CrossEntropy(double smoothing) -> SoftmaxKernels.crossEntropy(smoothing, in.getFirst(), in.getLast(), out);
                case Dropout dropout -> Sources.dropout(dropout, in.getFirst(), out);
                case Linear(boolean relu) -> MatMulKernel.linear(relu, in.getFirst(), in.get(1),
                        temps.ordered(in.getLast(), Layout.contiguous(in.getLast().shape())), out);
                case Gelu gelu -> GeluKernels.gelu(gelu, in.getFirst(), out, temps);
                case GeluInput gelu -> GeluKernels.input(gelu, in.getFirst(), in.getLast(), out, temps);
                case LayerNorm norm -> LayerNormKernels.layerNorm(norm, in, out, temps);
                case LayerNormGradients gradients -> LayerNormKernels.gradients(gradients, in, out, temps);
                case LogSoftmax _ -> SoftmaxKernels.logSoftmax(in.getFirst(), out);
                case LogSoftmaxInput _ -> SoftmaxKernels.logSoftmaxInput(in.getFirst(), in.getLast(), out);
                case SquareSum _ -> Reductions.squareSum(in, out);
                case SoftDivergence(double temperature) ->
                        SoftmaxKernels.divergence((float) temperature, in.getFirst(), in.getLast(), out);
                case Softmax _ -> SoftmaxKernels.softmax(in.getFirst(), out);
                case SoftmaxInput _ -> SoftmaxKernels.softmaxInput(in.getFirst(), in.getLast(), out);
            }
        }
    }

    private static boolean isComputed(List<View> in, View out) {
        for (View view : in) {
            if (computed(view.type()) != view.type()) {
                return false;
            }
        }
        return computed(out.type()) == out.type();
    }

    /** The type in which numbers of a type are computed. */
    private static DType computed(DType type) {
        return switch (type) {
            case F32, BF16, F16 -> DType.F32;
            case I32, I8 -> DType.I32;
            case BOOL -> DType.BOOL;
            case F64 -> throw new IllegalArgumentException(
                    "the cpu device computes in float32; cast to F32, or use Device.reference() for float64");
        };
    }

    /** Whether an op takes elements of any type as they are. */
    private static boolean onlyMoves(KernelOp op) {
        return switch (op) {
            case Copy _, Concat _, Pad _, Gather _, Fill _, Arange _, OneHot _, Cast _ -> true;
            case Unary _, Binary _, Compare _, Where _, Reduce _, ArgReduce _, ScatterAdd _, Random _, MatMul _, Conv2d _, Conv2dInput _,
                    Conv2dWeight _, MaxPool2d _, MaxPool2dPick _, MaxPool2dScatter _, AvgPool2d _, AvgPool2dInput _ -> false;
        };
    }

    private static void run(KernelOp op, List<View> in, View out, Temps temps) {
        View first = in.isEmpty() ? null : in.getFirst();
        View last = in.isEmpty() ? null : in.getLast();
        switch (op) {
            case Unary unary -> Elementwise.unary(unary, temps.aligned(first, out), out);
            case Binary binary -> Elementwise.binary(binary, temps.aligned(first, out), temps.aligned(last, out), out);
            case Compare compare -> Elementwise.compare(compare, temps.aligned(first, out), temps.aligned(last, out), out);
            case Where _ ->
                    Elementwise.where(temps.aligned(first, out), temps.aligned(in.get(1), out), temps.aligned(last, out), out);
            case Reduce reduce -> Reductions.run(reduce, first, out, temps);
            case ArgReduce arg -> Reductions.arg(arg, first, out);
            case Copy _ -> Moves.copy(first, out);
            case Concat concat -> Moves.concat(concat.axis(), in, out);
            case Pad pad -> Moves.pad(pad, first, out);
            case Gather gather -> Indexing.gather(gather, first, last, out);
            case ScatterAdd scatter -> Indexing.scatterAdd(scatter, first, last, out, temps);
            case OneHot oneHot -> Indexing.oneHot(oneHot, first, out, temps);
            case Cast _ -> Casts.run(first, out);
            case Fill fill -> Moves.fill(out, fill.value());
            case Arange arange -> Sources.arange(arange, out);
            case Random random -> Sources.random(random, out);
            case MatMul matMul -> MatMulKernel.run(matMul, first, last, out);
            case Conv2d conv -> ConvKernels.forward(conv.spec(), first, FoldedWeight.unscaled(last, out), out, Finish.NONE);
            case Conv2dInput conv -> ConvKernels.input(conv.spec(), first, last, out, Finish.NONE);
            case Conv2dWeight conv -> ConvKernels.weight(conv.spec(), first, last, out);
            case MaxPool2d pool -> Pooling.max(pool.height(), pool.width(), first, out, temps);
            case MaxPool2dPick pool -> Pooling.pick(pool.height(), pool.width(), first, last, out, temps);
            case MaxPool2dScatter pool -> Pooling.scatter(pool.height(), pool.width(), first, last, out, temps);
            case AvgPool2d pool -> Pooling.average(pool.height(), pool.width(), first, out, temps);
            case AvgPool2dInput pool -> Pooling.averageInput(pool.height(), pool.width(), first, out, temps);
        }
    }

    @Override
    public void update(List<Update.Change<View>> changes) {
        try (var temps = new Temps(pool)) {
            var ready = new ArrayList<Update.Change<View>>(changes.size());
            for (Update.Change<View> change : changes) {
                if (isComputed(change)) {
                    ready.add(ordered(change, temps));
                } else {
                    updateWidened(change);
                }
            }
            Updates.run(ready);
        }
    }

    private static boolean isComputed(Update.Change<View> change) {
        return Stream.concat(Stream.of(change.target(), change.gradient()), change.state().stream())
                .allMatch(view -> view.type() == computed(view.type()));
    }

    /** One by one, lest all parameters of 16 bits lie there in float32 at once. */
    private void updateWidened(Update.Change<View> change) {
        try (var temps = new Temps(pool)) {
            Update.Change<View> wide = ordered(change.map(view -> temps.cast(view, computed(view.type()))), temps);
            Updates.run(List.of(wide));
            putBack(wide, change);
        }
    }

    /** With its gradient in the order of its target. */
    private static Update.Change<View> ordered(Update.Change<View> change, Temps temps) {
        View target = change.target();
        View slope = temps.ordered(change.gradient(), Layout.denseLike(target.shape(), target.layout()));
        return new Update.Change<>(change.rule(), target, slope, change.state());
    }

    private static void putBack(Update.Change<View> computed, Update.Change<View> change) {
        for (int i = 0; i < change.state().size(); i++) {
            putBack(computed.state().get(i), change.state().get(i));
        }
        putBack(computed.target(), change.target());
    }

    private static void putBack(View computed, View view) {
        if (computed != view) {
            Casts.run(computed, view);
        }
    }

    @Override
    public void write(Object source, Storage to) {
        System.arraycopy(source, 0, ((HostStorage) to).array(), 0, to.size());
    }

    @Override
    public void read(View from, double[] target) {
        Casts.run(from.type(), array(from), from.layout(), DType.F64, target, Layout.contiguous(from.shape()));
    }

    @Override
    public void read(View from, float[] target) {
        Casts.run(from.type(), array(from), from.layout(), DType.F32, target, Layout.contiguous(from.shape()));
    }

    @Override
    public DType defaultFloat() {
        return DType.F32;
    }

    @Override
    public long near() {
        return NEAR;
    }

    @Override
    public Memory memory() {
        return pool.memory();
    }

    @Override
    public void trim() {
        pool.trim();
    }
}
