package limbeck.benchmarks.peers;

import java.util.function.UnaryOperator;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Tensor;

/** What the results of others are compared with. */
final class Ours {
    private Ours() {
    }

    /** The gradient of {@code sum(f(x) * g)} for x. */
    static float[] gradient(UnaryOperator<Variable> f, Tensor x, Tensor g) {
        var leaf = Variable.leaf(x);
        var tape = new Tape();
        Variable loss = tape.record(() -> f.apply(leaf).mul(Variable.of(g)).sum());
        return tape.backward(loss).of(leaf).toFloats();
    }
}
