package limbeck.tensor.cuda;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Memory;
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
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.Fill;
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
import limbeck.tensor.spi.Link;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * A GPU. It computes in float32 and int32; narrower types are widened before a kernel and rounded after it. Everything is launched
 * on one stream and nothing waits but reading a tensor; see {@link CudaContext}. One thread launches at a time.
 */
final class CudaBackend implements Backend {
    private final CudaContext cuda;

    CudaBackend(CudaContext cuda) {
        this.cuda = cuda;
    }

    CudaContext context() {
        return cuda;
    }

    @Override
    public Storage allocate(DType type, int size) {
        synchronized (cuda) {
            cuda.enter();
            return cuda.pool().storage(type, size);
        }
    }

    @Override
    public void forget(Storage storage) {
        cuda.pool().forget((DeviceStorage) storage);
    }

    @Override
    public void run(KernelOp op, List<View> in, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        synchronized (cuda) {
            cuda.enter();
            try (var temps = new Temps(cuda)) {
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
                    Moves.cast(cuda, result, out);
                }
            } finally {
                keepReachable(in, out);
            }
        }
    }

    /** An address is not a reference: until it has been launched, the garbage collector must not find the operands unused. */
    private static void keepReachable(Object... operands) {
        for (Object operand : operands) {
            Reference.reachabilityFence(operand);
        }
    }

    @Override
    public boolean fuses(FusedOp op, List<View> in) {
        return switch (op) {
            case ChannelMoments _, ChannelAffine _, BatchNorm _, BatchNormGate _, BatchNormSums _, BatchNormInput _, LayerNorm _,
                    LayerNormGradients _ -> CudaNorm.fuses(op, in);
            case Conv2dAffine _, Conv2dBias _, Conv2dMoments _ -> CudaConv.fuses(op, in);
            case Conv2dInputAdd _ -> false;
            case Linear _ -> CudaGemm.fuses(in);
            case CrossEntropy _ -> in.getLast().type() == DType.I32 && Softmaxes.applies(in.subList(0, 1));
            case SquareSum _ -> in.stream().allMatch(view -> view.type() == DType.F32 && view.layout().isDense());
            case Dropout _, Gelu _, GeluInput _, LogSoftmax _, LogSoftmaxInput _, Softmax _, SoftDivergence _, SoftmaxInput _ ->
                    Softmaxes.applies(in);
        };
    }

    @Override
    public void run(FusedOp op, List<View> in, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        synchronized (cuda) {
            cuda.enter();
            try (var temps = new Temps(cuda)) {
                run(op, in, out, temps);
            } finally {
                keepReachable(in, out);
            }
        }
    }

    private void run(FusedOp op, List<View> in, View out, Temps temps) {
        View first = in.getFirst();
        View last = in.getLast();
        switch (op) {
            case ChannelMoments _, ChannelAffine _, BatchNorm _, BatchNormGate _, BatchNormSums _, BatchNormInput _, LayerNorm _,
                    LayerNormGradients _ -> CudaNorm.run(op, in, out, temps);
            case Conv2dAffine conv -> CudaConv.affine(conv, in, out, temps);
            case Conv2dBias conv -> CudaConv.bias(conv, in, out, temps);
            case Conv2dMoments conv -> CudaConv.moments(conv, in, out, temps);
            case Conv2dInputAdd _ -> throw new AssertionError(op.name() + " is computed as what it is composed of");
            case Linear(boolean relu) -> CudaGemm.linear(relu, first, in.get(1), last, out, temps);
            case CrossEntropy(double smoothing) -> Softmaxes.crossEntropy(cuda, smoothing, first, last, out);
            case Dropout dropout -> Randoms.dropout(cuda, dropout, first, out);
            case Gelu gelu -> Elementwise.gelu(cuda, gelu, first, out);
            case GeluInput gelu -> Elementwise.geluInput(cuda, gelu, first, last, out);
            case LogSoftmax(int axis) -> Softmaxes.forward(cuda, "log_softmax", axis, first, out);
            case LogSoftmaxInput(int axis) -> Softmaxes.backward(cuda, "log_softmax", axis, first, last, out);
            case Softmax(int axis) -> Softmaxes.forward(cuda, "softmax", axis, first, out);
            case SoftmaxInput(int axis) -> Softmaxes.backward(cuda, "softmax", axis, first, last, out);
            case SoftDivergence(double temperature) -> Softmaxes.divergence(cuda, temperature, first, last, out);
            case SquareSum _ -> Reductions.squareSum(in, out, temps);
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
                    "the cuda device computes in float32; cast to F32, or use Device.reference() for float64");
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

    private void run(KernelOp op, List<View> in, View out, Temps temps) {
        View first = in.isEmpty() ? null : in.getFirst();
        View last = in.isEmpty() ? null : in.getLast();
        switch (op) {
            case Unary unary -> Elementwise.unary(cuda, unary, first, out);
            case Binary binary -> Elementwise.binary(cuda, binary, first, last, out);
            case Compare compare -> Elementwise.compare(cuda, compare, first, last, out);
            case Where _ -> Elementwise.where(cuda, first, in.get(1), last, out);
            case Reduce reduce -> Reductions.run(reduce, first, out, temps);
            case ArgReduce arg -> Reductions.arg(arg, first, out, temps);
            case Copy _ -> Moves.copy(cuda, first, out);
            case Concat concat -> Moves.concat(cuda, concat.axis(), in, out);
            case Pad pad -> Moves.pad(cuda, pad, first, out);
            case Gather gather -> Indexing.gather(cuda, gather, first, last, out);
            case ScatterAdd scatter -> Indexing.scatterAdd(cuda, scatter, first, last, out);
            case OneHot oneHot -> Indexing.oneHot(cuda, oneHot, first, out);
            case Cast _ -> Moves.cast(cuda, first, out);
            case Fill fill -> Moves.fill(cuda, out, fill.value());
            case Arange arange -> Moves.arange(cuda, arange, out);
            case Random random -> Randoms.random(cuda, random, out);
            case MatMul matMul -> CudaGemm.matMul(matMul, first, last, out, temps);
            case Conv2d conv -> CudaConv.forward(conv.spec(), first, last, out, temps);
            case Conv2dInput conv -> CudaConv.input(conv.spec(), first, last, out, temps);
            case Conv2dWeight conv -> CudaConv.weight(conv.spec(), first, last, out, temps);
            case MaxPool2d pool -> new Pooling(pool.height(), pool.width(), cuda).max(first, out);
            case MaxPool2dPick pool -> new Pooling(pool.height(), pool.width(), cuda).pick(first, last, out);
            case MaxPool2dScatter pool -> new Pooling(pool.height(), pool.width(), cuda).scatter(first, last, out, temps);
            case AvgPool2d pool -> new Pooling(pool.height(), pool.width(), cuda).average(first, out);
            case AvgPool2dInput pool -> new Pooling(pool.height(), pool.width(), cuda).averageInput(first, out);
        }
    }

    @Override
    public void update(List<Update.Change<View>> changes) {
        synchronized (cuda) {
            cuda.enter();
            try (var temps = new Temps(cuda)) {
                var ready = new ArrayList<Update.Change<View>>(changes.size());
                for (Update.Change<View> change : changes) {
                    Update.Change<View> wide = change.map(view -> temps.cast(view, computed(view.type())));
                    View slope = temps.ordered(wide.gradient(), Layout.denseLike(wide.target().shape(), wide.target().layout()));
                    ready.add(new Update.Change<>(wide.rule(), wide.target(), slope, wide.state()));
                }
                Updates.run(ready, temps);
                for (int i = 0; i < ready.size(); i++) {
                    putBack(ready.get(i), changes.get(i));
                }
                if (changes.stream().anyMatch(change -> !(change.rule() instanceof Update.Average))) {
                    // An optimizer's step ends a step of training. Averages are also taken within one, by batch norm.
                    cuda.launches().end();
                }
            } finally {
                keepReachable(changes);
            }
        }
    }

    private void putBack(Update.Change<View> computed, Update.Change<View> change) {
        List<View> from = Stream.concat(Stream.of(computed.target()), computed.state().stream()).toList();
        List<View> to = Stream.concat(Stream.of(change.target()), change.state().stream()).toList();
        for (int i = 0; i < from.size(); i++) {
            if (from.get(i) != to.get(i)) {
                Moves.cast(cuda, from.get(i), to.get(i));
            }
        }
    }

    @Override
    public void write(Object source, Storage to) {
        synchronized (cuda) {
            cuda.enter();
            cuda.upload(source, ((DeviceStorage) to).address(), to.bytes());
        }
    }

    @Override
    public void read(View from, double[] target) {
        read(from, target, DType.F64, target.length);
    }

    @Override
    public void read(View from, float[] target) {
        read(from, target, DType.F32, target.length);
    }

    private void read(View from, Object target, DType type, int length) {
        synchronized (cuda) {
            cuda.enter();
            try (var temps = new Temps(cuda)) {
                View dense = temps.ordered(temps.cast(from, type), Layout.contiguous(from.shape()));
                // Before the elements: they are worth nothing where an index was wrong.
                cuda.indexErrors().raise();
                cuda.download(DeviceStorage.address(dense), target, (long) length * type.bytes());
            } finally {
                keepReachable(from);
            }
        }
    }

    @Override
    public DType defaultFloat() {
        return DType.F32;
    }

    @Override
    public Memory memory() {
        return cuda.pool().memory();
    }

    @Override
    public void trim() {
        synchronized (cuda) {
            cuda.enter();
            cuda.pool().trim();
        }
    }

    @Override
    public List<Link> connect(List<Backend> all) {
        List<CudaContext> devices = all.stream().filter(CudaBackend.class::isInstance).map(backend -> ((CudaBackend) backend).cuda).distinct()
                .toList();
        // NCCL wants a device for each rank.
        return all.size() > 1 && devices.size() == all.size() ? NcclLink.connect(devices) : List.of();
    }
}
