package limbeck.distill.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import limbeck.autograd.Parameter;
import limbeck.nn.Buffer;
import limbeck.nn.Module;
import limbeck.nn.Names;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Copy;
import limbeck.tensor.op.Op;
import limbeck.tensor.op.Update;

/**
 * Two models of one architecture, of which one follows the other: {@code theta = decay theta + (1 - decay) theta'}.
 *
 * @param leader the one that is followed
 * @param follower the one whose numbers change
 */
record Twins(Module leader, Module follower) {
    /**
     * Checks the names and shapes.
     *
     * @param method what to call the method in the error
     * @param first what to call the leader, such as {@code the teacher}
     * @param second what to call the follower
     * @throws IllegalArgumentException if they are not built alike
     */
    static Twins of(String method, String first, Module leader, String second, Module follower) {
        Map<String, Shape> one = shapes(leader);
        Map<String, Shape> other = shapes(follower);
        for (Map.Entry<String, Shape> entry : one.entrySet()) {
            Shape shape = other.get(entry.getKey());
            if (shape == null) {
                throw new IllegalArgumentException(method + ": " + second + " has to be built like " + first + ", whose '" + entry.getKey()
                        + "' it does not have (the nearest are " + Names.nearest(entry.getKey(), other.keySet(), 3)
                        + "); give both the same architecture");
            }
            if (!shape.equals(entry.getValue())) {
                throw new IllegalArgumentException(method + ": " + second + " has to be built like " + first + ", whose '" + entry.getKey()
                        + "' is " + entry.getValue() + ", but its own is " + shape + "; give both the same architecture");
            }
        }
        other.keySet().stream().filter(name -> !one.containsKey(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException(method + ": " + second + " has to be built like " + first + ", which has no '" + name
                    + "'; give both the same architecture");
        });
        return new Twins(leader, follower);
    }

    private static Map<String, Shape> shapes(Module model) {
        var shapes = new TreeMap<String, Shape>();
        model.parameters().forEach((name, parameter) -> shapes.put(name, parameter.shape()));
        model.buffers().forEach((name, buffer) -> shapes.put(name, buffer.tensor().shape()));
        return shapes;
    }

    /** Lets the parameters follow. */
    void followParameters(double decay) {
        var rule = new Update.Average(decay);
        Map<String, Parameter> from = leader.parameters();
        var steps = new ArrayList<Parameter.Step>();
        follower.parameters().forEach((name, parameter) -> steps.add(new Parameter.Step(parameter, rule, from.get(name).tensor(), List.of())));
        Parameter.update(steps);
    }

    /** Makes parameters and buffers equal, bit for bit. */
    void equalise() {
        Map<String, Parameter> parameters = leader.parameters();
        Map<String, Buffer> buffers = leader.buffers();
        follower.parameters().forEach((name, parameter) -> parameter.set(copy(parameters.get(name).tensor())));
        follower.buffers().forEach((name, buffer) -> buffer.set(copy(buffers.get(name).tensor())));
    }

    private static Tensor copy(Tensor tensor) {
        return tensor.apply(new Copy(Op.Order.ROW_MAJOR), List.of());
    }

    /** Lets parameters and buffers, such as running statistics, follow. */
    void follow(double decay) {
        followParameters(decay);
        Map<String, Buffer> from = leader.buffers();
        follower.buffers().forEach((name, buffer) -> buffer.update(new Update.Average(decay), from.get(name).tensor()));
    }
}
