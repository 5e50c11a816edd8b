package limbeck.nn;

import java.util.ArrayList;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Shape;

/**
 * Evaluates the stages of a model on a few examples of a batch after the other, each few through all layers, so that what passes from
 * layer to layer stays in the processor's cache: for convolutions, whose images are much larger than their weights. Where the weights
 * come to be the larger ones, the slices are put together again and the rest sees the whole batch.
 *
 * {@snippet :
 * Variable features = BatchSlices.apply(stem.apply(x), layer1, layer2, layer3);   // layer3(layer2(layer1(stem(x))))
 * }
 *
 * Cut or not, what a stage or a layer of a {@link Sequential} within has read, and what it has made on the way, is given back as soon
 * as its result is there: the next one writes into memory that the cache still holds. A module that wants to keep a tensor of its forward
 * for later takes it out by {@link limbeck.tensor.Scope#detach}. A batch of one example is small as it is, and nothing of it is given back
 * before its end.
 *
 * <p>Only evaluation can be cut so, in which a layer treats examples one by one. In training, under a recording tape, while {@link Taps}
 * watch, on a device where it does not matter, and for few examples, the stages see the whole batch. The result is the same but for
 * rounding, and how the batch is cut depends on shapes alone.
 */
public final class BatchSlices {
    // The least size of a slice, in those of the largest weight. A 3 x 3 kernel is transformed to 6 x 6, four times its size; each slice
    // fetches it again, and it should take no more than half the room.
    private static final int WEIGHTS = 2 * 4;

    private final Module[] stages;
    // How many of them the slices pass.
    private int reach;

    private BatchSlices(Module[] stages) {
        this.stages = stages;
        reach = stages.length;
    }

    /**
     * Applies one stage after the other.
     *
     * @param x (N, C, ...)
     * @param stages from the first to the last; in evaluation each treats the examples one by one
     * @return what the last one makes of it
     * @throws limbeck.tensor.ShapeException if x does not fit
     */
    public static Variable apply(Variable x, Module... stages) {
        var run = new BatchSlices(stages);
        return isEvaluation(x) ? Relay.run(() -> run.sliced(x)) : run.chain(x, x, 0);
    }

    private Variable sliced(Variable x) {
        int batch = x.shape().dim(0);
        int size = stages.length > 0 ? size(x, batch) : batch;
        if (size >= batch) {
            return chain(x, x, 0);
        }
        var slices = new ArrayList<Variable>();
        for (int begin = 0; begin < batch; begin += size) {
            Variable slice = x.slice(0, begin, Math.min(batch, begin + size));
            slices.add(Relay.inScope("slice of a batch", () -> slice(slice, slices.isEmpty())));
        }
        Variable whole = slices.getFirst().concat(0, slices.subList(1, slices.size()));
        slices.forEach(slice -> Relay.release(slice, "the batch put together from its slices, in evaluation"));
        return chain(x, whole, reach);
    }

    /** A slice through the stages; the first one decides how far all of them go. */
    private Variable slice(Variable x, boolean isFirst) {
        Variable y = x;
        for (int i = 0; i < reach; i++) {
            if (isFirst && i > 0 && bytes(y) < least(stages[i])) {
                reach = i;
            } else {
                y = step(x, y, stages[i]);
            }
        }
        return y;
    }

    /** The stages from one of them on. */
    private Variable chain(Variable first, Variable in, int from) {
        Variable y = in;
        for (int i = from; i < stages.length; i++) {
            y = step(first, y, stages[i]);
        }
        return y;
    }

    private static Variable step(Variable first, Variable in, Module stage) {
        return Relay.step(first, in, () -> stage.apply(in));
    }

    private static boolean isEvaluation(Variable x) {
        boolean several = x.shape().rank() > 1 && x.shape().dim(0) > 1 && x.shape().size() > 0;
        boolean near = x.dtype() == DType.F32 && x.device().near() < Long.MAX_VALUE;
        return several && near && !Mode.isTraining() && !Tape.isRecording() && !Calls.isWatched();
    }

    /** How many examples make a slice, about the same in each; all of them where the weights are larger than a slice. */
    private int size(Variable x, int batch) {
        Module stage = stages[0];
        // What passes through the stage is larger than x by as much as a layer has more channels.
        long widest = stage.parameters().values().stream().map(Parameter::shape).filter(shape -> shape.rank() > 1)
                .mapToLong(shape -> shape.dim(0)).max().orElse(0);
        double example = bytes(x) / batch * Math.max(1.0, (double) widest / x.shape().dim(1));
        int most = (int) Math.clamp(x.device().near() / example, 1, batch);
        int size = Math.ceilDiv(batch, Math.ceilDiv(batch, most));
        return size * example >= least(stage) ? size : batch;
    }

    /** Bytes of a slice at least for a stage to be worth it. */
    private static double least(Module stage) {
        return WEIGHTS * stage.parameters().values().stream().mapToDouble(BatchSlices::bytes).max().orElse(0);
    }

    private static double bytes(Variable x) {
        return (double) x.shape().size() * Float.BYTES;
    }
}
