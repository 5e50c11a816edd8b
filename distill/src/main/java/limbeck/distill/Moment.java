package limbeck.distill;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import limbeck.autograd.Variable;
import limbeck.distill.data.Dataset;
import limbeck.nn.optim.Progress;
import limbeck.tensor.DType;
import limbeck.tensor.Tensor;

/**
 * All that an objective may look at in one step.
 *
 * @param progress how far training has come
 * @param student what the student showed, still attached to its tape
 * @param teacher what the teacher showed
 * @param targets the labels as I32 (N), {@link Dataset#UNLABELLED} where there is none, or for regression the targets as floats (N, W)
 * @param ids the lasting number of each example, for objectives that remember examples
 */
public record Moment(Progress progress, Views<Variable> student, Views<Tensor> teacher, Tensor targets, long[] ids) {
    /**
     * A moment whose examples have no lasting numbers.
     *
     * @param progress how far training has come
     * @param student what the student showed
     * @param teacher what the teacher showed
     * @param targets the labels or targets
     */
    public Moment(Progress progress, Views<Variable> student, Views<Tensor> teacher, Tensor targets) {
        this(progress, student, teacher, targets, LongStream.range(0, student.logits().shape().dim(0)).toArray());
    }

    /**
     * A loss of the labelled examples alone: their mean, not that of the batch. Without any it is 0, with a gradient of 0.
     *
     * @param loss the loss of a moment in which every example has a label
     * @return a scalar
     */
    public Variable ofLabelled(Function<Moment, Variable> loss) {
        if (targets.dtype() != DType.I32 || targets.shape().rank() != 1) {
            return loss.apply(this);
        }
        int[] labels = targets.toInts();
        int[] rows = IntStream.range(0, labels.length).filter(i -> labels[i] != Dataset.UNLABELLED).toArray();
        if (rows.length == labels.length) {
            return loss.apply(this);
        }
        if (rows.length == 0) {
            return student.logits().mul(0).sum();
        }
        Tensor index = targets.device().tensor(rows, rows.length);
        return loss.apply(new Moment(progress, student.map(all -> all.indexSelect(0, Variable.of(index))),
                teacher.map(all -> all.indexSelect(0, index)), targets.indexSelect(0, index), Arrays.stream(rows).mapToLong(i -> ids[i]).toArray()));
    }
}
