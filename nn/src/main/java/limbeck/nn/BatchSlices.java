package limbeck.nn;

import java.util.ArrayList;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.DType;
import limbeck.tensor.Scope;
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
 * Only evaluation can be cut so, in which a layer treats examples one by one. In training, under a recording tape, while {@link Taps}
 * watch, on a device where it does not matter, and for few examples, the stages see the whole batch. The result is the same but for
 * rounding, and how the batch is cut depends on shapes alone.
 */
public final class BatchSlices {
    // The least size of a slice, in those of the largest weight. A 3 x 3 kernel is transformed to 6 x 6, four times its size; each slice
    // fetches it again, and it should take no more than half the room.
    private static final int WEIGHTS = 2 * 4;

    private BatchSlices() {
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
        int batch = x.shape().rank() < 2 ? 0 : x.shape().dim(0);
        int size = stages.length > 0 && isCut(x, batch) ? size(x, batch, stages[0]) : batch;
        if (size >= batch) {
            return run(x, stages, 0);
        }
        var slices = new ArrayList<Variable>();
        int reach = stages.length;
        for (int from = 0; from < batch; from += size) {
            try (Scope scope = Scope.open("slice of a batch")) {
                Variable y = x.slice(0, from, Math.min(batch, from + size));
                for (int i = 0; i < reach; i++) {
                    // The first slice decides how far all of them go.
                    if (from == 0 && i > 0 && bytes(y) < least(stages[i])) {
                        reach = i;
                    } else {
                        y = stages[i].apply(y);
                    }
                }
                scope.keep(y.tensor());
                slices.add(y);
            }
        }
        return run(slices.getFirst().concat(0, slices.subList(1, slices.size())), stages, reach);
    }

    private static Variable run(Variable x, Module[] stages, int first) {
        Variable y = x;
        for (int i = first; i < stages.length; i++) {
            y = stages[i].apply(y);
        }
        return y;
    }

    private static boolean isCut(Variable x, int batch) {
        return batch > 1 && x.dtype() == DType.F32 && x.device().near() < Long.MAX_VALUE && !Mode.isTraining() && !Tape.isRecording()
                && !Calls.isWatched();
    }

    /** How many examples make a slice, about the same in each; all of them where the weights are larger than a slice. */
    private static int size(Variable x, int batch, Module stage) {
        // What passes through the stage is larger than x by as much as a layer has more channels.
        long widest = stage.parameters().values().stream().map(Parameter::shape).filter(shape -> shape.rank() > 1)
                .mapToLong(shape -> shape.dim(0)).max().orElse(0);
        double example = bytes(x) / batch * Math.max(1.0, (double) widest / x.shape().dim(1));
        int slices = (int) Math.clamp(Math.ceil(batch * example / x.device().near()), 1, batch);
        int size = Math.ceilDiv(batch, slices);
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
