package limbeck.distill.experiment;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.autograd.Parameter;
import limbeck.distill.Recipe;
import limbeck.distill.Stage;
import limbeck.distill.Stateful;
import limbeck.distill.method.Curriculum;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.tensor.Tensor;

/**
 * All that a training's further epochs follow from: its models, whatever else some stage trains, what the parts of its recipes remember,
 * and the optimizer of the stage that it is in.
 */
final class TrainingState {
    private static final String OPTIMIZER = "optimizer";

    private final Map<String, Stateful> parts = new LinkedHashMap<>();

    /**
     * Of a training that may begin.
     *
     * @param model what learns
     * @param curriculum by which stages, and what model they make of it
     * @param recipes the stages' recipes as they are used
     */
    TrainingState(Module model, Curriculum curriculum, List<Recipe> recipes) {
        Set<Parameter> met = Collections.newSetFromMap(new IdentityHashMap<>());
        parts.put("model", Stateful.of(model));
        met.addAll(model.parameters().values());
        if (curriculum.deployed() != model) {
            parts.put("deployed", Stateful.of(curriculum.deployed()));
            met.addAll(curriculum.deployed().parameters().values());
        }
        // A connector, or a paraphraser that a later stage only uses.
        Stream<Parameter> others = Stream.concat(curriculum.stages().stream().map(Stage::trained), recipes.stream().map(Recipe::parameters))
                .flatMap(List::stream);
        parts.put("trained", Stateful.of(others.filter(met::add).toList()));
        for (int i = 0; i < recipes.size(); i++) {
            parts.put("stage " + i, Stateful.of(recipes.get(i)));
        }
    }

    /**
     * Between two epochs.
     *
     * @param optimizer of the stage that the epoch before was in
     */
    Map<String, Tensor> of(Optimizer optimizer) {
        return with(optimizer).state();
    }

    /**
     * Goes on from there.
     *
     * @param state what {@link #of} gave
     * @param optimizer of the stage that the epoch before was in; null if the next one begins another stage
     */
    void restore(Map<String, Tensor> state, Optimizer optimizer) {
        var wanted = new LinkedHashMap<>(state);
        if (optimizer == null) {
            wanted.keySet().removeIf(name -> name.startsWith(OPTIMIZER + "/"));
        }
        with(optimizer).restore(wanted);
    }

    private Stateful with(Optimizer optimizer) {
        var all = new LinkedHashMap<>(parts);
        if (optimizer != null) {
            all.put(OPTIMIZER, Stateful.of(optimizer));
        }
        return Stateful.all(all);
    }
}
