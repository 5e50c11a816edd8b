package limbeck.distill.teachers;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Teacher;
import limbeck.nn.Module;
import limbeck.nn.Parts;
import limbeck.tensor.Tensor;

/**
 * A teacher in the form of a model that answers its logits, without gradients: what can evaluate, time or count a model can so do the same
 * to an {@link Ensemble}.
 *
 * @param teacher who answers; it sees the inputs and no labels
 * @param models the models behind it, whose parameters are its
 */
public record Spokesman(Teacher teacher, List<Module> models) implements Module {
    @Override
    public Variable forward(Variable x) {
        Tensor inputs = x.tensor();
        long[] ids = LongStream.range(0, inputs.shape().dim(0)).toArray();
        return Variable.of(teacher.observe(new Batch(ids, inputs, inputs, null, 0), Set.of()).logits());
    }

    @Override
    public Parts parts() {
        return Parts.none().with("teachers", models);
    }
}
