package limbeck.distill.features;

import java.util.Set;
import limbeck.autograd.Variable;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Taps;

/**
 * A student that answers by its teacher's classifier, what {@link SimKd} makes: the student runs, one of its features is projected into
 * the teacher's space and pooled, and the teacher's classifier reads it. The student's own logits are not used.
 *
 * @param student the student, all of it
 * @param projector from the student's feature to what the classifier reads, before pooling
 * @param classifier the teacher's
 * @param path where the feature is in the student
 */
public record ReusedClassifier(Module student, Module projector, Linear classifier, String path) implements Module {
    @Override
    public Variable forward(Variable x) {
        Taps taps = Taps.watch(student, Set.of(path));
        taps.bind(() -> student.apply(x));
        return classifier.apply(Pooled.of(projector.apply(taps.get(path))));
    }
}
