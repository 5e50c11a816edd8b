package limbeck.tensor.reference;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Memory;
import limbeck.tensor.op.Arange;
import limbeck.tensor.op.ArgReduce;
import limbeck.tensor.op.AvgPool2d;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.Binary;
import limbeck.tensor.op.Cast;
import limbeck.tensor.op.Compare;
import limbeck.tensor.op.Concat;
import limbeck.tensor.op.Conv2d;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.Gather;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.MatMul;
import limbeck.tensor.op.MaxPool2d;
import limbeck.tensor.op.MaxPool2dPick;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.OneHot;
import limbeck.tensor.op.Pad;
import limbeck.tensor.op.Random;
import limbeck.tensor.op.Reduce;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Unary;
import limbeck.tensor.op.Update;
import limbeck.tensor.op.Where;
import limbeck.tensor.spi.Backend;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.Storage;
import limbeck.tensor.spi.View;

/**
 * Every op as its definition, in plain loops over indices: the textbook, and the oracle for the other backends. All
 * arithmetic is in double; a result is rounded to its element type once, when it is written.
 */
public final class ReferenceBackend implements Backend {
    private final Pool pool = new Pool();

    /** A backend with an empty pool. */
    public ReferenceBackend() {
    }

    @Override
    public void run(KernelOp op, List<View> in, View out) {
        switch (op) {
            case Unary unary -> Elementwise.unary(unary, in.getFirst(), out);
            case Binary binary -> Elementwise.binary(binary.fn(), in.getFirst(), in.getLast(), out);
            case Compare compare -> Elementwise.compare(compare.fn(), in.getFirst(), in.getLast(), out);
            case Where _ -> Elementwise.where(in.get(0), in.get(1), in.get(2), out);
            case Cast _ -> Elementwise.copy(in.getFirst(), out);
            case Copy _ -> Elementwise.copy(in.getFirst(), out);
            case Fill fill -> Creation.fill(fill.value(), out);
            case Arange arange -> Creation.arange(arange, out);
            case Random random -> Creation.random(random, out);
            case Reduce reduce -> Reductions.reduce(reduce, in.getFirst(), out);
            case ArgReduce arg -> Reductions.argReduce(arg, in.getFirst(), out);
            case Concat concat -> Indexing.concat(concat.axis(), in, out);
            case Pad pad -> Indexing.pad(pad, in.getFirst(), out);
            case Gather gather -> Indexing.gather(gather, in.getFirst(), in.getLast(), out);
            case ScatterAdd scatter -> Indexing.scatterAdd(scatter, in.getFirst(), in.getLast(), out);
            case OneHot oneHot -> Indexing.oneHot(oneHot, in.getFirst(), out);
            case MatMul matMul -> Products.matMul(matMul, in.getFirst(), in.getLast(), out);
            case Conv2d conv -> Products.conv2d(conv.spec(), in.getFirst(), in.getLast(), out);
            case Conv2dInput conv -> Products.conv2dInput(conv.spec(), in.getFirst(), in.getLast(), out);
            case Conv2dWeight conv -> Products.conv2dWeight(conv.spec(), in.getFirst(), in.getLast(), out);
            case MaxPool2d pool -> new Pooling(pool.height(), pool.width()).max(in.getFirst(), out);
            case MaxPool2dPick pool -> new Pooling(pool.height(), pool.width()).pick(in.getFirst(), in.getLast(), out);
            case MaxPool2dScatter pool -> new Pooling(pool.height(), pool.width()).scatter(in.getFirst(), in.getLast(), out);
            case AvgPool2d pool -> new Pooling(pool.height(), pool.width()).average(in.getFirst(), out);
            case AvgPool2dInput pool -> new Pooling(pool.height(), pool.width()).averageInput(in.getFirst(), out);
        }
    }

    @Override
    public void update(List<Update.Change<View>> changes) {
        for (Update.Change<View> change : changes) {
            update(change.rule(), change.target(), change.gradient(), change.state());
        }
    }

    private static void update(Update update, View target, View gradient, List<View> state) {
        switch (update) {
            case Update.Sgd sgd -> Updates.sgd(sgd, target, gradient, state);
            case Update.Adam adam -> Updates.adam(adam, target, gradient, state.getFirst(), state.getLast());
            case Update.Average average -> Updates.average(average, target, gradient);
        }
    }

    @Override
    public Storage allocate(DType type, int size) {
        long bytes = (long) size * type.bytes();
        return new HostStorage(type, size, 0, pool.take(double.class, size, bytes), pool);
    }

    @Override
    public void forget(Storage storage) {
        pool.forget(storage.bytes());
    }

    @Override
    public void write(Object source, Storage to) {
        double[] target = ((HostStorage) to).doubles();
        for (int i = 0; i < to.size(); i++) {
            target[i] = switch (to.type()) {
                case F32 -> ((float[]) source)[i];
                case F64 -> ((double[]) source)[i];
                case BF16 -> DType.bfloat16ToFloat(((short[]) source)[i]);
                case F16 -> Float.float16ToFloat(((short[]) source)[i]);
                case I32 -> ((int[]) source)[i];
                case I8 -> ((byte[]) source)[i];
                case BOOL -> ((byte[]) source)[i] != 0 ? 1 : 0;
            };
        }
    }

    @Override
    public void read(View from, double[] target) {
        Elements elements = Elements.of(from);
        int at = 0;
        for (int[] index : elements.indices()) {
            target[at++] = elements.get(index);
        }
    }

    @Override
    public void read(View from, float[] target) {
        Elements elements = Elements.of(from);
        int at = 0;
        for (int[] index : elements.indices()) {
            target[at++] = (float) elements.get(index);
        }
    }

    @Override
    public DType defaultFloat() {
        return DType.F64;
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
