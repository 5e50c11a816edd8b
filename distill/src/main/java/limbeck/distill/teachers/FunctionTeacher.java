package limbeck.distill.teachers;

import java.util.Set;
import java.util.function.UnaryOperator;
import limbeck.autograd.Tape;
import limbeck.distill.Batch;
import limbeck.distill.Tap;
import limbeck.distill.Teacher;
import limbeck.distill.Views;
import limbeck.nn.Mode;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * Any function as teacher: a model of another library, a table, a rule.
 *
 * {@snippet :
 * Teacher rule = new FunctionTeacher(inputs -> inputs.flatten(1).slice(1, 0, 10).mul(3));
 * }
 *
 * It runs without gradients, and has no layers to look into.
 *
 * @param function makes logits (N, classes) of the teacher's inputs (N, ...), on the same device
 */
public record FunctionTeacher(UnaryOperator<Tensor> function) implements Teacher {
    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        if (!taps.isEmpty()) {
            throw new IllegalArgumentException("teacher: a function has no layers, so " + taps.stream().map(Tap::path).sorted().toList()
                    + " cannot be looked at; use a loss of logits such as kd");
        }
        Tensor logits = Tape.paused(() -> Mode.evaluate(() -> function.apply(batch.teacherInputs())));
        Shape shape = logits.shape();
        if (shape.rank() != 2 || shape.dim(0) != batch.size()) {
            throw new IllegalArgumentException("teacher: the function answered " + shape + " to a batch of " + batch.size()
                    + "; it has to answer one row of logits for each example");
        }
        return Views.of(logits);
    }
}
