package limbeck.autograd;

import java.util.List;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;

/**
 * A leaf that learns: the only thing that changes. An optimizer changes it in place by an {@link Update}; every change
 * raises the version, and a backward over a value that has changed since throws instead of lying.
 */
public final class Parameter extends Variable {
    private long version;

    private Parameter(Tensor tensor) {
        super(new Node(), tensor, true);
    }

    /**
     * A parameter that starts from a tensor's values.
     *
     * @param initial floating-point values; the parameter takes the tensor over, and no one else should hold it. Of a view of
     *     something larger it takes a copy
     * @return the parameter; it belongs to no scope
     * @throws IllegalArgumentException if the type is not a floating-point one
     */
    public static Parameter of(Tensor initial) {
        requireFloating(initial);
        return new Parameter(InPlace.own(initial));
    }

    /**
     * Changes the value in place.
     *
     * @param rule the optimizer's rule
     * @param gradient what it follows
     * @param state the rule's running values, changed too
     */
    public void update(Update rule, Tensor gradient, List<Tensor> state) {
        update(List.of(new Step(this, rule, gradient, state)));
    }

    /**
     * How one parameter is to change.
     *
     * @param parameter the parameter
     * @param rule the optimizer's rule
     * @param gradient what it follows
     * @param state the rule's running values, changed too
     */
    public record Step(Parameter parameter, Update rule, Tensor gradient, List<Tensor> state) {
    }

    /**
     * Changes many parameters in place, in one go over the memory of them all.
     *
     * @param steps one for each parameter
     * @throws IllegalArgumentException if a gradient or a running value does not fit its parameter; nothing has changed then
     */
    public static void update(List<Step> steps) {
        InPlace.update(steps.stream()
                .map(step -> new Update.Change<>(step.rule, step.parameter.tensor(), step.gradient, step.state))
                .toList());
        steps.forEach(step -> step.parameter.version++);
    }

    /**
     * Replaces the value: a loaded one, or one on another device.
     *
     * @param value a tensor of the same shape, taken over
     * @throws IllegalArgumentException if the shape differs, or the type is not a floating-point one
     */
    public void set(Tensor value) {
        requireFloating(value);
        if (!value.shape().equals(shape())) {
            throw new IllegalArgumentException("parameter: cannot set a value of shape " + value.shape() + " on one of shape " + shape());
        }
        replace(InPlace.own(value));
        version++;
    }

    /**
     * How often the value has changed.
     *
     * @return 0 for a new parameter
     */
    public long version() {
        return version;
    }
}
