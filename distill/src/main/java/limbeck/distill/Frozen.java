package limbeck.distill;

import java.util.Optional;
import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Tensor;

/**
 * A finished model as teacher: in evaluation mode, without gradients, unchanged.
 *
 * @param model the model
 */
public record Frozen(Module model) implements Teacher {
    @Override
    public Views<Tensor> observe(Batch batch, Set<Tap> taps) {
        return Mode.evaluate(() -> Tapped.run(model, Variable.of(batch.teacherInputs()), taps).map(Variable::tensor));
    }

    /** {@return {@link Fingerprint#of(Module)} of the model as it is now} */
    @Override
    public Optional<String> fingerprint() {
        return Optional.of(new Fingerprint("frozen").add(Fingerprint.of(model)).hex());
    }
}
