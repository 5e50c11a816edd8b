package limbeck.distill.tasks;

import java.util.HashSet;
import java.util.List;
import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.nn.Parts;

/**
 * Several models as one, whose logits are theirs one after the other: a teacher for each task as the teacher of all. They share nothing, so
 * that training them together by a loss that is a sum over them is training each by itself.
 *
 * {@snippet :
 * var teacher = new SideBySide(List.of("odd", "large"), List.of(oddTeacher, largeTeacher));
 * teacher.parameters().keySet();       // odd.stem.weight, ..., large.stem.weight, ...
 * }
 *
 * @param names what each is called, as the first part of its parameters' paths
 * @param models the models, which take the same input
 */
public record SideBySide(List<String> names, List<Module> models) implements Module {
    /**
     * Checks the lists.
     *
     * @throws IllegalArgumentException if they are empty, differ in length, or a name is there twice
     */
    public SideBySide {
        names = List.copyOf(names);
        models = List.copyOf(models);
        if (models.isEmpty() || names.size() != models.size() || new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("side by side: needs models with a name of its own for each, got " + models.size()
                    + " models and the names " + names);
        }
    }

    @Override
    public Variable forward(Variable x) {
        List<Variable> logits = models.stream().map(model -> model.apply(x)).toList();
        return logits.getFirst().concat(1, logits.subList(1, logits.size()));
    }

    @Override
    public Parts parts() {
        Parts parts = Parts.none();
        for (int i = 0; i < models.size(); i++) {
            parts = parts.with(names.get(i), models.get(i));
        }
        return parts;
    }
}
