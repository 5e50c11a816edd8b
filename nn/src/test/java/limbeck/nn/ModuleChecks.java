package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** What tests of layers share: gradients of a whole module, in double, against central differences. */
public final class ModuleChecks {
    private static final double STEP = 1e-5;

    private ModuleChecks() {
    }

    /** Standard normal numbers on the reference device. */
    public static Tensor normal(long seed, int... dims) {
        return Device.reference().normal(Key.of(seed), dims);
    }

    /** Checks the gradients of a function of the module by the input and, along a random direction, by each parameter. */
    public static void gradients(Module module, Tensor x, boolean training) {
        GradCheck.check(in -> run(module, in.getFirst(), training), x);
        Key key = Key.of(77);
        Tensor weights = Device.reference().normal(key, run(module, Variable.of(x), training).shape().dims());
        var tape = new Tape();
        Map<String, Parameter> parameters = module.parameters();
        if (parameters.isEmpty()) {
            return;
        }
        Variable loss = tape.record(() -> run(module, Variable.of(x), training).mul(Variable.of(weights)).sum());
        Gradients gradients = tape.backward(loss);
        parameters.forEach((name, parameter) -> {
            Tensor base = parameter.tensor();
            Tensor direction = Device.reference().normal(key.split(name), base.shape().dims());
            double[] ends = new double[2];
            for (int side = 0; side < 2; side++) {
                parameter.set(base.add(direction.mul(side == 0 ? -STEP : STEP)));
                ends[side] = run(module, Variable.of(x), training).tensor().mul(weights).sum().item();
            }
            parameter.set(base);
            double numeric = (ends[1] - ends[0]) / (2 * STEP);
            double analytic = gradients.of(parameter).mul(direction).sum().item();
            assertEquals(numeric, analytic, 1e-6 * Math.max(1, Math.abs(numeric)), "gradient of " + name);
        });
    }

    /** Runs a module in one of the modes. */
    public static Variable run(Module module, Variable x, boolean training) {
        return training ? Mode.train(5, () -> module.apply(x)) : module.apply(x);
    }

    /** The shape a module makes of zeros. */
    public static Shape shape(Module module, int... dims) {
        return module.apply(Variable.of(Device.reference().zeros(dims))).shape();
    }
}
