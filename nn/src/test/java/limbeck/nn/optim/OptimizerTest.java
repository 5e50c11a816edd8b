package limbeck.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import limbeck.autograd.Gradients;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static final Device DEVICE = Device.reference();

    private static Parameter parameter(double... values) {
        return Parameter.of(DEVICE.tensor(values, Shape.of(values.length)));
    }

    /** The gradients of {@code sum(p^2) / 2}, which are the parameters themselves. */
    private static Gradients slopes(Parameter... parameters) {
        Tape tape = new Tape();
        return tape.backward(tape.record(() -> {
            Variable sum = Variable.of(DEVICE.scalar(0));
            for (Parameter p : parameters) {
                sum = sum.add(p.square().sum().mul(0.5));
            }
            return sum;
        }));
    }

    /** Steps of an optimizer on {@code p^2 / 2} from 2. */
    private static double descend(BiFunction<List<Parameter>, Schedule, Optimizer> make, int steps) {
        Parameter p = parameter(2);
        Optimizer optimizer = make.apply(List.of(p), Schedule.constant(0.1));
        for (int i = 0; i < steps; i++) {
            optimizer.step(slopes(p), Progress.of(i, 10));
        }
        return p.tensor().toDoubles()[0];
    }

    @Test
    void plainDescent() {
        assertEquals(2 * Math.pow(0.9, 5), descend((p, rate) -> Sgd.of(p, rate, 0, 0), 5), 1e-12);
    }

    @Test
    void weightDecayAddsToTheGradient() {
        assertEquals(2 * Math.pow(0.85, 5), descend((p, rate) -> Sgd.of(p, rate, 0, 0.5), 5), 1e-12);
    }

    @Test
    void momentumAsInItsFormula() {
        double p = 2;
        double v = 0;
        for (int i = 0; i < 7; i++) {
            v = 0.9 * v + p + 0.01 * p;
            p -= 0.1 * v;
        }
        assertEquals(p, descend((ps, rate) -> Sgd.of(ps, rate, 0.9, 0.01), 7), 1e-12);
    }

    @Test
    void nesterovAsInItsFormula() {
        double p = 2;
        double v = 0;
        for (int i = 0; i < 7; i++) {
            double g = p;
            v = 0.9 * v + g;
            p -= 0.1 * (g + 0.9 * v);
        }
        assertEquals(p, descend((ps, rate) -> new Sgd(List.of(Group.of(ps, 0)), rate, 0.9, true), 7), 1e-12);
    }

    @Test
    void adamAsInItsFormula() {
        assertEquals(adam(7, 0.1, false), descend((ps, rate) -> Adam.of(List.of(Group.of(ps, 0.1)), rate), 7), 1e-12);
        assertEquals(adam(7, 0.1, true), descend((ps, rate) -> Adam.w(List.of(Group.of(ps, 0.1)), rate), 7), 1e-12);
    }

    private static double adam(int steps, double decay, boolean decoupled) {
        double p = 2;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= steps; t++) {
            double g = p;
            if (decoupled) {
                p *= 1 - 0.1 * decay;
            } else {
                g += decay * p;
            }
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            p -= 0.1 * m / (1 - Math.pow(0.9, t)) / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-8);
        }
        return p;
    }

    @Test
    void theRateFollowsItsScheduleAndTheGroup() {
        Parameter slow = parameter(1);
        Parameter fast = parameter(1);
        var optimizer = new Sgd(List.of(new Group(List.of(slow), 0, 1), new Group(List.of(fast), 0, 3)),
                Schedule.linear(0, 0.2, Schedule.epochs(2)), 0, false);
        optimizer.step(slopes(slow, fast), new Progress(123, 1));
        assertEquals(0.9, slow.item(), 1e-12);
        assertEquals(0.7, fast.item(), 1e-12);
    }

    @Test
    void biasesAndNormsAreSparedByDecay() {
        Parameter kernel = Parameter.of(DEVICE.ones(2, 3));
        Parameter bias = Parameter.of(DEVICE.ones(3));
        Parameter scale = Parameter.of(DEVICE.scalar(1));
        List<Group> groups = Group.decaying(List.of(bias, kernel, scale), 0.05);
        assertEquals(2, groups.size());
        assertEquals(0.05, groups.get(0).weightDecay());
        assertEquals(0, groups.get(1).weightDecay());
        assertTrue(groups.get(0).parameters().size() == 1 && groups.get(0).parameters().getFirst() == kernel);
        assertTrue(groups.get(1).parameters().get(0) == bias && groups.get(1).parameters().get(1) == scale);
    }

    @Test
    void aParameterWithoutGradientStays() {
        Parameter used = parameter(1);
        Parameter unused = parameter(1);
        Optimizer optimizer = Adam.w(List.of(Group.of(List.of(used, unused), 0.5)), Schedule.constant(0.1));
        optimizer.step(slopes(used), Progress.START);
        assertEquals(1, unused.item());
        assertEquals(0, unused.version());
        assertEquals(1, used.version());
        // Its first own step is corrected as a first step, however late it comes: it moves by the rate, after the decay.
        for (int i = 0; i < 10; i++) {
            optimizer.step(slopes(used), Progress.START);
        }
        optimizer.step(slopes(unused), Progress.START);
        assertEquals(0.95 - 0.1, unused.item(), 1e-8);
    }

    @Test
    void runningValuesOutliveTheStepsScope() {
        Parameter p = parameter(2);
        Optimizer optimizer = Sgd.of(List.of(p), Schedule.constant(0.1), 0.9, 0);
        for (int i = 0; i < 3; i++) {
            try (var _ = Scope.open("training step")) {
                optimizer.step(slopes(p), Progress.START);
            }
        }
        assertEquals(1, optimizer.state().get("0.velocity").toDoubles().length);
    }

    @Test
    void aResumedTrainingGoesOnAsIfItHadNeverStopped() {
        Parameter straight = parameter(2, -1);
        Optimizer without = Adam.w(List.of(Group.of(List.of(straight), 0.1)), Schedule.constant(0.1));
        Parameter before = parameter(2, -1);
        Optimizer first = Adam.w(List.of(Group.of(List.of(before), 0.1)), Schedule.constant(0.1));
        for (int i = 0; i < 5; i++) {
            without.step(slopes(straight), Progress.START);
            first.step(slopes(before), Progress.START);
        }
        Parameter after = Parameter.of(DEVICE.tensor(before.tensor().toDoubles(), before.shape()));
        Optimizer second = Adam.w(List.of(Group.of(List.of(after), 0.1)), Schedule.constant(0.1));
        second.restore(first.state());
        for (int i = 0; i < 5; i++) {
            without.step(slopes(straight), Progress.START);
            second.step(slopes(after), Progress.START);
        }
        assertArrayEquals(straight.tensor().toDoubles(), after.tensor().toDoubles());
        assertEquals(5, first.state().get("steps").toInts()[0], "the first optimizer's own values have not moved");
    }

    @Test
    void stateThatDoesNotFitIsRefusedAndChangesNothing() {
        Parameter p = parameter(2, -1);
        Optimizer optimizer = Sgd.of(List.of(p), Schedule.constant(0.1), 0.9, 0);
        optimizer.step(slopes(p), Progress.START);
        double[] velocity = optimizer.state().get("0.velocity").toDoubles();
        Map<String, Tensor> state = new HashMap<>(optimizer.state());

        state.put("0.velocity", DEVICE.zeros(3));
        assertEquals("optimizer: '0.velocity' should have shape (2), got (3); give the groups in the order in which they were saved",
                assertThrows(IllegalArgumentException.class, () -> optimizer.restore(state)).getMessage());
        state.remove("0.velocity");
        assertThrows(IllegalArgumentException.class, () -> optimizer.restore(state));
        state.putAll(optimizer.state());
        state.put("0.square", DEVICE.zeros(2));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> optimizer.restore(state)).getMessage().contains("'0.square'"));
        assertThrows(IllegalArgumentException.class, () -> optimizer.restore(Map.of()));
        assertArrayEquals(velocity, optimizer.state().get("0.velocity").toDoubles());
    }

    @Test
    void freshStateHasCountsAlone() {
        Optimizer optimizer = Adam.of(List.of(Group.of(List.of(parameter(1), parameter(2)), 0)), Schedule.constant(0.1));
        assertEquals(List.of("steps"), List.copyOf(optimizer.state().keySet()));
        assertEquals(2, optimizer.parameters().size());
    }

    @Test
    void argumentsAreChecked() {
        Parameter p = parameter(1);
        Schedule rate = Schedule.constant(0.1);
        String twice = assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(p, p), rate, 0, 0)).getMessage();
        assertTrue(twice.contains("given twice"), twice);
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(p), rate, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Sgd.of(List.of(p), rate, 0, -1));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(List.of(), rate, 0, true));
        assertThrows(IllegalArgumentException.class, () -> new Adam(List.of(), rate, 0.9, 1, 1e-8, true));
    }

    @Test
    void theNormOfAllGradientsIsLimitedTogether() {
        Parameter a = parameter(3, 0);
        Parameter b = parameter(4);
        Gradients gradients = slopes(a, b);
        assertEquals(5, Clip.norm(gradients, 10), 1e-12);
        assertArrayEquals(new double[] {3, 0}, gradients.of(a).toDoubles());
        assertEquals(5, Clip.norm(gradients, 1), 1e-12);
        assertArrayEquals(new double[] {0.6, 0}, gradients.of(a).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0.8}, gradients.of(b).toDoubles(), 1e-12);
        assertEquals(0, Clip.norm(new Gradients(), 1));
    }

    @Test
    void whatIsNotTrainedCountsForNothingInTheNorm() {
        Parameter trained = parameter(3, 4);
        Parameter still = parameter(1000);
        new Clipped(Sgd.of(List.of(trained), Schedule.constant(1), 0, 0), 10).step(slopes(trained, still), Progress.START);
        assertArrayEquals(new double[] {0, 0}, trained.tensor().toDoubles(), 1e-12);
        assertArrayEquals(new double[] {1000}, still.tensor().toDoubles());
        trained.set(DEVICE.tensor(new double[] {3, 4}, Shape.of(2)));
        new Clipped(Sgd.of(List.of(trained), Schedule.constant(1), 0, 0), 1).step(slopes(trained, still), Progress.START);
        assertArrayEquals(new double[] {2.4, 3.2}, trained.tensor().toDoubles(), 1e-12);
    }

    @Test
    void aNormThatIsNotFiniteIsLeftToTheCaller() {
        Parameter a = parameter(Double.NaN, 7);
        Gradients gradients = slopes(a);
        assertTrue(Double.isNaN(Clip.norm(gradients, 1)));
        assertEquals(7, gradients.of(a).toDoubles()[1]);
    }

    @Test
    void singleNumbersAreLimited() {
        Parameter a = parameter(3, -5, 0.5);
        Gradients gradients = slopes(a);
        Clip.value(gradients, 1);
        assertArrayEquals(new double[] {1, -1, 0.5}, gradients.of(a).toDoubles());
        assertThrows(IllegalArgumentException.class, () -> Clip.value(gradients, 0));
        assertFalse(gradients.all().isEmpty());
    }
}
