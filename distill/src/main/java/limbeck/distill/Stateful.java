package limbeck.distill;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import limbeck.autograd.Parameter;
import limbeck.nn.Module;
import limbeck.nn.optim.Optimizer;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Op;

/**
 * What remembers something from one step to the next that is no parameter of the student or of an objective: a teacher that is an
 * average or learns itself, a memory bank, a connector with batch norms. A {@link Teacher}, an {@link Objective} or an {@link AfterStep}
 * in a {@link Recipe} that is one of these is saved with the run, so that a run that was killed goes on as if it had never stopped.
 * One that only wraps another passes both calls on to it.
 *
 * {@snippet :
 * record Jointly(Module model, Optimizer optimizer) implements Teacher, Stateful {
 *     private Stateful kept() {
 *         return Stateful.all(Map.of("model", Stateful.of(model), "optimizer", Stateful.of(optimizer)));
 *     }
 *
 *     public Map<String, Tensor> state() {
 *         return kept().state();
 *     }
 *
 *     public void restore(Map<String, Tensor> state) {
 *         kept().restore(state);
 *     }
 * }
 * }
 *
 * <p>A {@link Controller} keeps numbers of its own and need not be one.
 */
public interface Stateful {
    /**
     * What has to be kept for a training that is resumed. Asked between two steps.
     *
     * @return tensors by name, which the next step may change; the names may depend on how far training has come
     */
    Map<String, Tensor> state();

    /**
     * Goes on from what was kept. Asked before the first step, of an object that was made in the same way as the one that was saved.
     *
     * @param state what {@link #state} gave, of the same types and shapes, on any device; the tensors stay the caller's
     * @throws IllegalArgumentException if they cannot be of such an object
     */
    void restore(Map<String, Tensor> state);

    /**
     * A module's parameters and buffers.
     *
     * @param module what to keep
     * @return its state, by the paths of {@link Module#parameters} and {@link Module#buffers}
     */
    static Stateful of(Module module) {
        return new Stateful() {
            @Override
            public Map<String, Tensor> state() {
                var state = new LinkedHashMap<String, Tensor>();
                module.parameters().forEach((path, parameter) -> state.put(path, parameter.tensor()));
                module.buffers().forEach((path, buffer) -> state.put(path, buffer.tensor()));
                return state;
            }

            @Override
            public void restore(Map<String, Tensor> state) {
                requireNames("module", state().keySet(), state.keySet());
                module.parameters().forEach((path, parameter) -> parameter.set(copy(state.get(path), parameter.tensor())));
                module.buffers().forEach((path, buffer) -> buffer.set(copy(state.get(path), buffer.tensor())));
            }
        };
    }

    /**
     * Parameters that belong to no one module.
     *
     * @param parameters what to keep
     * @return their state, by their numbers from 0
     */
    static Stateful of(List<Parameter> parameters) {
        return new Stateful() {
            @Override
            public Map<String, Tensor> state() {
                var state = new LinkedHashMap<String, Tensor>();
                for (int i = 0; i < parameters.size(); i++) {
                    state.put(Integer.toString(i), parameters.get(i).tensor());
                }
                return state;
            }

            @Override
            public void restore(Map<String, Tensor> state) {
                requireNames("list of parameters", state().keySet(), state.keySet());
                for (int i = 0; i < parameters.size(); i++) {
                    parameters.get(i).set(copy(state.get(Integer.toString(i)), parameters.get(i).tensor()));
                }
            }
        };
    }

    /**
     * An optimizer's running values.
     *
     * @param optimizer what to keep
     * @return its state
     */
    static Stateful of(Optimizer optimizer) {
        return new Stateful() {
            @Override
            public Map<String, Tensor> state() {
                return optimizer.state();
            }

            @Override
            public void restore(Map<String, Tensor> state) {
                optimizer.restore(state);
            }
        };
    }

    /**
     * A controller's numbers, bit for bit.
     *
     * @param controller what to keep
     * @return its state, as one tensor of doubles on the reference device
     */
    static Stateful of(Controller controller) {
        return new Stateful() {
            @Override
            public Map<String, Tensor> state() {
                double[] numbers = controller.state();
                return numbers.length == 0 ? Map.of() : Map.of("numbers", Device.reference().tensor(numbers, numbers.length));
            }

            @Override
            public void restore(Map<String, Tensor> state) {
                controller.restore(state.isEmpty() ? new double[0] : state.get("numbers").toDoubles());
            }
        };
    }

    /**
     * What the parts of a recipe remember besides {@link Recipe#parameters}: its teacher, objectives, actions and controllers.
     *
     * @param recipe what to keep
     * @return their states; what stands in several places is kept once
     */
    static Stateful of(Recipe recipe) {
        var parts = new LinkedHashMap<String, Stateful>();
        Set<Object> met = Collections.newSetFromMap(new IdentityHashMap<>());
        BiConsumer<String, Object> add = (name, part) -> {
            if (part instanceof Stateful stateful && met.add(part)) {
                parts.put(name, stateful);
            }
        };
        add.accept("teacher", recipe.teacher());
        recipe.terms().forEach(term -> add.accept("term " + term.name(), term.objective()));
        for (int i = 0; i < recipe.after().size(); i++) {
            add.accept("after " + i, recipe.after().get(i));
        }
        List<Controller> controllers = recipe.controllers();
        for (int i = 0; i < controllers.size(); i++) {
            parts.put("controller " + i, of(controllers.get(i)));
        }
        return all(parts);
    }

    /**
     * Whatever a part of a recipe remembers, for one that wraps it.
     *
     * @param part a teacher, objective or action
     * @return itself if it is one of these; else an empty state
     */
    static Stateful in(Object part) {
        return part instanceof Stateful stateful ? stateful : all(Map.of());
    }

    /**
     * Several together.
     *
     * @param parts what to keep, each by a name without a slash, in any order
     * @return their states, as {@code name/rest}
     */
    static Stateful all(Map<String, Stateful> parts) {
        return new Stateful() {
            @Override
            public Map<String, Tensor> state() {
                var state = new LinkedHashMap<String, Tensor>();
                parts.forEach((name, part) -> part.state().forEach((rest, tensor) -> state.put(name + "/" + rest, tensor)));
                return state;
            }

            @Override
            public void restore(Map<String, Tensor> state) {
                for (String name : state.keySet()) {
                    if (!parts.containsKey(name.substring(0, Math.max(0, name.indexOf('/'))))) {
                        throw new IllegalArgumentException("state: '" + name + "' belongs to none of " + List.copyOf(parts.keySet())
                                + "; was it saved from the same training?");
                    }
                }
                parts.forEach((name, part) -> {
                    var own = new LinkedHashMap<String, Tensor>();
                    state.forEach((whole, tensor) -> {
                        if (whole.startsWith(name + "/")) {
                            own.put(whole.substring(name.length() + 1), tensor);
                        }
                    });
                    part.restore(own);
                });
            }
        };
    }

    /** A value that a parameter or buffer may take over in the place of another, of its device and type. */
    private static Tensor copy(Tensor value, Tensor instead) {
        Tensor moved = value.to(instead.device()).to(instead.dtype());
        return moved == value ? value.apply(new Copy(Op.Order.ROW_MAJOR), List.of()) : moved;
    }

    private static void requireNames(String what, Set<String> own, Set<String> given) {
        if (!own.equals(given)) {
            var differing = new TreeSet<>(own);
            differing.addAll(given);
            differing.removeIf(name -> own.contains(name) && given.contains(name));
            throw new IllegalArgumentException("state: the " + what + " has " + own.size() + " names, " + given.size() + " were kept, and '"
                    + differing.first() + "' is in one of them only; was it saved from the same training?");
        }
    }
}
