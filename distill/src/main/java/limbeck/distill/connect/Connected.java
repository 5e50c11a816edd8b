package limbeck.distill.connect;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.distill.method.Pairing;
import limbeck.nn.Init;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * A pair of places with the connector between them.
 *
 * {@snippet :
 * Connected connected = Connected.of(pairing, Tail.NORM, key);
 * Variable seen = connected.student(moment);    // of the teacher's shape
 * Tensor shown = connected.teacher(moment);
 * }
 *
 * @param pair the places
 * @param connector from the student's feature to the teacher's shape; {@link limbeck.nn.Identity} where the shapes are equal and
 *     nothing is to be learned
 */
public record Connected(Pairing pair, Module connector) {
    /**
     * With the connector that suits the places.
     *
     * @param pair the places
     * @param tail what follows the connector's linear map
     * @param key where the randomness comes from
     * @return the pair, connected as {@link Connectors#between} says
     * @throws IllegalArgumentException if there is no connector for these shapes
     */
    public static Connected of(Pairing pair, Tail tail, Key key) {
        return new Connected(pair, Connectors.between(pair.student().output(), pair.teacher().output(), tail, key));
    }

    /**
     * What the student showed, connected.
     *
     * @param moment a step's
     * @return its feature in the teacher's shape
     */
    public Variable student(Moment moment) {
        return connector.apply(pair.student(moment));
    }

    /**
     * What the teacher showed.
     *
     * @param moment a step's
     * @return its feature
     */
    public Tensor teacher(Moment moment) {
        return pair.teacher(moment);
    }

    /**
     * What is learned.
     *
     * @return the connector's parameters
     */
    public List<Parameter> parameters() {
        return List.copyOf(connector.parameters().values());
    }

    /**
     * Checks that the connector makes the teacher's shape, by running it on zeros.
     *
     * @param method whose error it would be
     * @param student the shapes of what the student shows
     * @param teacher the shapes of what the teacher shows
     * @throws IllegalArgumentException if it does not, in one sentence
     */
    public void check(String method, Views<Shape> student, Views<Shape> teacher) {
        Shape in = student.feature(pair.student().path());
        Shape wanted = teacher.feature(pair.teacher().path());
        Device device = parameters().isEmpty() ? Init.device() : parameters().getFirst().device();
        Shape out = Mode.evaluate(() -> connector.apply(Variable.of(device.full(0, in)))).shape();
        if (!out.equals(wanted)) {
            throw new IllegalArgumentException(method + ": the connector makes " + out + " of the student's " + pair.student().path() + " " + in
                    + ", the teacher's " + pair.teacher().path() + " is " + wanted + "; take Connectors.between for these shapes");
        }
    }
}
