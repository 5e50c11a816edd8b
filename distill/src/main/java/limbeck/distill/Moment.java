package limbeck.distill;

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
 */
public record Moment(Progress progress, Views<Variable> student, Views<Tensor> teacher, Tensor targets) {
}
