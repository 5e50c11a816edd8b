package limbeck.nn;

import java.util.Map;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;

/**
 * A layer or a model: a function with named parts. Write it as a record and its components are the parts.
 *
 * {@snippet :
 * record Net(Linear hidden, Linear head) implements Module {
 *     static Net of(Key key) {
 *         return new Net(Linear.of(784, 300, key.split("hidden")), Linear.of(300, 10, key.split("head")));
 *     }
 *
 *     public Variable forward(Variable x) {
 *         return head.apply(hidden.apply(x.flatten(1)).relu());
 *     }
 * }
 *
 * Net net = Net.of(Key.of(1));
 * Variable logits = net.apply(x);
 * net.parameters().keySet();        // hidden.weight, hidden.bias, head.weight, head.bias
 * }
 *
 * Call {@link #apply}, write {@link #forward}: inside a forward, submodules are called by {@code apply} too, so that
 * {@link Taps} can watch them and errors name them. Whether the run is a training run is asked of {@link Mode}.
 *
 * <p>A module that is not a record overrides {@link #parts}. A module is a value with identity: an instance that appears
 * twice in a model shares its parameters, is listed once, and keeps the path where it was met first.
 *
 * <p>Import this type by name, {@code import limbeck.nn.Module}: after {@code import limbeck.nn.*} the compiler cannot tell
 * it from {@code java.lang.Module}.
 */
public interface Module {
    /**
     * What the module computes.
     *
     * @param x the input
     * @return the output
     * @throws limbeck.tensor.ShapeException if the input does not fit
     */
    Variable forward(Variable x);

    /**
     * Runs {@link #forward}, lets bound {@link Taps} see the output, and puts the path of the innermost layer in front of
     * the message of a {@link limbeck.tensor.ShapeException}.
     *
     * @param x the input
     * @return the output
     * @throws limbeck.tensor.ShapeException if the input does not fit
     */
    default Variable apply(Variable x) {
        return Calls.apply(this, x);
    }

    /**
     * The named parameters, buffers and submodules that belong to this module directly.
     *
     * @return the parts: the components of a record
     * @throws IllegalStateException if this is not a record, or a record that limbeck.nn may not read, because its package is neither exported
     *     nor opened
     */
    default Parts parts() {
        return Parts.ofRecord(this);
    }

    /**
     * The names of the points inside {@link #forward} that it shows by {@link Taps#at}.
     *
     * @return none, unless overridden
     */
    default Set<String> probes() {
        return Set.of();
    }

    /**
     * How many multiply-adds the module itself does, its submodules apart; {@link Summary} adds them up. Layers that only do
     * work in proportion to their elements answer 0, as is usual in the literature.
     *
     * @param input the shape that went in
     * @param output the shape that came out
     * @return 0, unless overridden
     */
    default long multiplyAdds(Shape input, Shape output) {
        return 0;
    }

    /**
     * All parameters, by path.
     *
     * @return a new map in order: a module's own before its submodules', such as {@code layer1.0.conv1.weight}
     */
    default Map<String, Parameter> parameters() {
        return Parts.collect(this, Parts::parameters);
    }

    /**
     * All buffers, by path.
     *
     * @return a new map in order, such as {@code stem.1.running_mean}
     */
    default Map<String, Buffer> buffers() {
        return Parts.collect(this, Parts::buffers);
    }

    /**
     * This module and everything inside it, by path.
     *
     * @return a new map in order; this module has the path ""
     */
    default Map<String, Module> modules() {
        return Parts.tree(this);
    }

    /**
     * Moves all parameters and buffers to a device; on the reference device they become double.
     *
     * @param device where to
     */
    default void to(Device device) {
        for (Parameter parameter : parameters().values()) {
            if (parameter.device() != device) {
                parameter.set(parameter.tensor().to(device));
            }
        }
        for (Buffer buffer : buffers().values()) {
            if (buffer.tensor().device() != device) {
                buffer.set(buffer.tensor().to(device));
            }
        }
    }
}
