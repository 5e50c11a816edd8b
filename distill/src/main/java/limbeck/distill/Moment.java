package limbeck.distill;

import java.util.stream.LongStream;
import limbeck.autograd.Variable;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Tensor;

/**
 * All that an objective may look at in one step.
 *
 * @param progress how far training has come
 * @param student what the student showed, still attached to its tape
 * @param teacher what the teacher showed
 * @param targets the labels as I32 (N), or for regression the targets as floats (N, W)
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
}
