package limbeck.distill;

import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.nn.Taps;

/** Runs a model and collects what its tapped layers show. */
final class Tapped {
    private Tapped() {
    }

    static Views<Variable> run(Module model, Variable inputs, Set<Tap> taps) {
        if (taps.isEmpty()) {
            return Views.of(model.apply(inputs));
        }
        Set<String> paths = taps.stream().map(Tap::path).collect(Collectors.toSet());
        Taps watched = Taps.watch(model, paths);
        Variable logits = watched.bind(() -> model.apply(inputs));
        var features = new TreeMap<String, Variable>();
        paths.forEach(path -> features.put(path, watched.get(path)));
        return new Views<>(logits, features);
    }
}
