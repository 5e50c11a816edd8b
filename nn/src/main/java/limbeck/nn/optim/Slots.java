package limbeck.nn.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;

/** What all optimizers have in common: groups, and the running values of each parameter, found by its identity. */
final class Slots {
    /** An optimizer's rule for one parameter. */
    interface Rule {
        /** The rule at a group's learning rate; {@code step} counts the changes of this parameter, from 1. */
        Update at(double rate, double weightDecay, long step);
    }

    private static final String STEPS = "steps";

    private final List<Group> groups;
    private final Schedule rate;
    private final List<String> names;
    private final List<Parameter> parameters;
    private final Map<Parameter, Slot> slots = new IdentityHashMap<>();

    private static final class Slot {
        private long steps;
        private List<Tensor> values = List.of();
    }

    /** Slots without running values; these come with a parameter's first gradient, and {@code names} is what to call them. */
    Slots(List<Group> groups, Schedule rate, List<String> names) {
        this.groups = List.copyOf(groups);
        this.rate = rate;
        this.names = List.copyOf(names);
        this.parameters = groups.stream().flatMap(group -> group.parameters().stream()).toList();
        for (Parameter parameter : parameters) {
            if (slots.put(parameter, new Slot()) != null) {
                throw new IllegalArgumentException("optimizer: a parameter of shape " + parameter.shape()
                        + " is given twice, so that it would be changed twice a step; give each one once");
            }
        }
    }

    void step(Gradients gradients, Progress progress, Rule rule) {
        double now = rate.at(progress);
        var steps = new ArrayList<Parameter.Step>();
        for (Group group : groups) {
            for (Parameter parameter : group.parameters()) {
                if (gradients.has(parameter)) {
                    Slot slot = slots.get(parameter);
                    slot.steps++;
                    Update update = rule.at(now * group.rateFactor(), group.weightDecay(), slot.steps);
                    steps.add(new Parameter.Step(parameter, update, gradients.of(parameter), values(slot, parameter, update.states())));
                }
            }
        }
        Parameter.update(steps);
    }

    private static List<Tensor> values(Slot slot, Parameter parameter, int count) {
        if (slot.values.size() < count) {
            var fresh = new ArrayList<Tensor>();
            for (int i = 0; i < count; i++) {
                fresh.add(Scope.detach(parameter.device().full(0, parameter.shape()).to(typeFor(parameter))));
            }
            slot.values = List.copyOf(fresh);
        } else if (count > 0 && slot.values.getFirst().device() != parameter.device()) {
            // The model has moved since.
            slot.values = slot.values.stream().map(value -> owned(value, parameter)).toList();
        }
        return slot.values;
    }

    // A sum of many small steps does not survive in 16 bits.
    private static DType typeFor(Parameter parameter) {
        return parameter.dtype().bytes() < 4 ? DType.F32 : parameter.dtype();
    }

    private static Tensor owned(Tensor value, Parameter parameter) {
        return Scope.detach(value.to(parameter.device()).to(typeFor(parameter)).contiguous());
    }

    List<Parameter> parameters() {
        return parameters;
    }

    Map<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        if (parameters.isEmpty()) {
            return state;
        }
        int[] steps = parameters.stream().mapToInt(p -> Math.toIntExact(slots.get(p).steps)).toArray();
        Device device = parameters.getFirst().device();
        state.put(STEPS, device.tensor(steps, steps.length));
        for (int i = 0; i < parameters.size(); i++) {
            List<Tensor> values = slots.get(parameters.get(i)).values;
            for (int k = 0; k < values.size(); k++) {
                state.put(name(i, k), values.get(k));
            }
        }
        return state;
    }

    void restore(Map<String, Tensor> state) {
        int[] steps = check(state);
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            Slot slot = slots.get(parameter);
            var values = new ArrayList<Tensor>();
            for (int k = 0; k < names.size() && state.containsKey(name(i, k)); k++) {
                Tensor value = state.get(name(i, k));
                Tensor own = owned(value, parameter);
                // The caller's tensor stays the caller's: a step would change it.
                values.add(own == value ? Scope.detach(value.add(0)) : own);
            }
            slot.steps = steps[i];
            slot.values = List.copyOf(values);
        }
    }

    private int[] check(Map<String, Tensor> state) {
        var unknown = new HashSet<>(state.keySet());
        unknown.remove(STEPS);
        Tensor steps = state.get(STEPS);
        if (!parameters.isEmpty() && (steps == null || steps.shape().size() != parameters.size())) {
            throw new IllegalArgumentException("optimizer: '" + STEPS + "' must have one number for each of " + parameters.size()
                    + " parameters, got " + (steps == null ? "none" : steps.shape()) + "; was it saved from the same model?");
        }
        int[] counts = steps == null ? new int[0] : steps.toInts();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            for (int k = 0; k < names.size(); k++) {
                Tensor value = state.get(name(i, k));
                unknown.remove(name(i, k));
                if (value == null ? counts[i] > 0 : !value.shape().equals(parameter.shape())) {
                    throw new IllegalArgumentException("optimizer: '" + name(i, k) + "' should have shape " + parameter.shape() + ", got "
                            + (value == null ? "none" : value.shape()) + "; give the groups in the order in which they were saved");
                }
            }
        }
        if (!unknown.isEmpty()) {
            String first = unknown.stream().sorted().findFirst().orElseThrow();
            throw new IllegalArgumentException("optimizer: '" + first + "' belongs to none of " + parameters.size()
                    + " parameters, whose values are " + names + "; was it saved by another optimizer?");
        }
        return Arrays.copyOf(counts, parameters.size());
    }

    private String name(int parameter, int value) {
        return parameter + "." + names.get(value);
    }
}
