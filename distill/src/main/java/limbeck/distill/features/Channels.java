package limbeck.distill.features;

import limbeck.autograd.Variable;
import limbeck.distill.connect.Connectors;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Pairing;
import limbeck.distill.method.Setup;
import limbeck.nn.Identity;
import limbeck.nn.Init;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;

/** Brings the student's features to as many channels as the teacher's, and checks that they are. */
final class Channels {
    private Channels() {
    }

    /** A convolution 1x1, placed beside the models and said in the plan; the identity where there are as many. */
    static Module match(Setup setup, Pairing pair) {
        int from = pair.student().channels();
        int to = pair.teacher().channels();
        if (from == to) {
            return new Identity();
        }
        setup.note("takes the student's " + from + " channels to " + to + " by a conv 1x1");
        return setup.place(Connectors.conv1x1(from, to, Tail.NONE, setup.key()));
    }

    /** That what a connector makes has as many channels as the teacher's feature, and both are maps or both vectors. */
    static void check(String method, Pairing pair, Shape made, Shape teacher) {
        if (made.rank() != teacher.rank() || made.dim(1) != teacher.dim(1)) {
            throw new IllegalArgumentException(method + ": the student's " + pair.student().path() + " is " + made
                    + " behind its connector, the teacher's " + pair.teacher().path() + " " + teacher
                    + "; both need as many channels, so take another connector, such as Connectors.conv1x1");
        }
    }

    /** What a connector makes of a shape, found by running it on zeros. */
    static Shape run(Module connector, Shape shape) {
        Device device = connector.parameters().values().stream().findFirst().map(Variable::device).orElseGet(Init::device);
        return Mode.evaluate(() -> connector.apply(Variable.of(device.full(0, shape)))).shape();
    }
}
