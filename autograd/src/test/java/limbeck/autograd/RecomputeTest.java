package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RecomputeTest {
    private static final Device DEVICE = Device.reference();
    private static final int BLOCKS = 6;

    private final List<Parameter> weights = new ArrayList<>();
    private final Tensor input = DEVICE.normal(Key.of(1), 40, 16);

    RecomputeTest() {
        for (int i = 0; i < BLOCKS; i++) {
            weights.add(Parameter.of(DEVICE.normal(Key.of(2).split(i), 0, 0.3, Shape.of(16, 16))));
        }
    }

    private Variable block(Variable x, int i) {
        Variable h = x.matmul(weights.get(i)).tanh().square().exp().sub(1).tanh();
        return h.add(x);
    }

    /** What a run gives and takes. */
    private record Run(double loss, List<double[]> gradients, long peak) {
    }

    private Run run(boolean recompute) {
        try (var _ = Scope.open("training step")) {
            DEVICE.memory();
            Variable x = Variable.leaf(input);
            Tape tape = new Tape();
            Variable loss = tape.record(() -> {
                Variable h = x;
                for (int i = 0; i < BLOCKS; i++) {
                    int at = i;
                    h = recompute ? Recompute.of(in -> block(in.getFirst(), at), List.of(h)) : block(h, at);
                }
                return h.square().mean();
            });
            Gradients gradients = tape.backward(loss);
            var found = new ArrayList<double[]>();
            found.add(gradients.of(x).toDoubles());
            weights.forEach(weight -> found.add(gradients.of(weight).toDoubles()));
            return new Run(loss.item(), found, DEVICE.memory().peak());
        }
    }

    @Test
    void theSameValuesAndGradientsInLessMemory() {
        Run plain = run(false);
        Run recomputed = run(true);
        assertEquals(plain.loss(), recomputed.loss());
        for (int i = 0; i < plain.gradients().size(); i++) {
            assertArrayEquals(plain.gradients().get(i), recomputed.gradients().get(i), "gradient " + i);
        }
        assertTrue(recomputed.peak() < plain.peak() / 2, recomputed.peak() + " bytes against " + plain.peak());
        assertEquals(0, DEVICE.memory().inUse());
    }

    @Test
    void blocksInsideBlocks() {
        Variable x = Variable.leaf(input);
        Tape plain = new Tape();
        Gradients expected = plain.backward(plain.record(() -> block(block(x, 0), 1).sum()));
        Tape tape = new Tape();
        Gradients actual = tape.backward(tape.record(() -> Recompute.of(outer ->
                Recompute.of(inner -> block(inner.getFirst(), 1), List.of(block(outer.getFirst(), 0))), List.of(x)).sum()));
        assertArrayEquals(expected.of(x).toDoubles(), actual.of(x).toDoubles());
        assertArrayEquals(expected.of(weights.get(0)).toDoubles(), actual.of(weights.get(0)).toDoubles());
        assertArrayEquals(expected.of(weights.get(1)).toDoubles(), actual.of(weights.get(1)).toDoubles());
    }

    @Test
    void operandsUsedTwiceSharedParametersAndAnOperandThatIsAParameter() {
        Parameter weight = weights.getFirst();
        Variable x = Variable.leaf(input);
        Tape plain = new Tape();
        Gradients expected = plain.backward(plain.record(() -> x.matmul(weight).mul(x).add(x.matmul(weight)).sum().add(weight.sum())));
        Tape tape = new Tape();
        Gradients actual = tape.backward(tape.record(() -> Recompute.of(
                in -> in.get(0).matmul(in.get(1)).mul(in.get(2)).add(in.get(0).matmul(weight)), List.of(x, weight, x))
                .sum().add(weight.sum())));
        assertArrayEquals(expected.of(x).toDoubles(), actual.of(x).toDoubles(), 1e-12);
        assertArrayEquals(expected.of(weight).toDoubles(), actual.of(weight).toDoubles(), 1e-12);
    }

    @Test
    void whatABlockUsesWithoutNamingItGetsItsGradientToo() {
        Variable x = Variable.leaf(input);
        for (boolean scoped : new boolean[] {false, true}) {
            try (var _ = scoped ? Scope.open("training step") : null) {
                Tape tape = new Tape();
                Gradients gradients = tape.backward(tape.record(() -> {
                    Variable captured = x.square();
                    return Recompute.of(in -> in.getFirst().mul(captured), List.of(x)).sum();
                }));
                assertArrayEquals(input.square().mul(3).toDoubles(), gradients.of(x).toDoubles(), 1e-12);
                assertEquals(1, gradients.all().size());
            }
        }
    }

    @Test
    void blocksThatDoNothingOrNeedNothing() {
        Variable x = Variable.leaf(input);
        Tape tape = new Tape();
        Gradients gradients = tape.backward(tape.record(() -> Recompute.of(List::getFirst, List.of(x.mul(2))).sum()));
        assertArrayEquals(DEVICE.full(2, input.shape()).toDoubles(), gradients.of(x).toDoubles());

        Tape other = new Tape();
        Gradients none = other.backward(other.record(() ->
                Recompute.of(in -> in.getFirst().square(), List.of(Variable.of(input))).sum().add(x.sum())));
        assertArrayEquals(DEVICE.ones(40, 16).toDoubles(), none.of(x).toDoubles());
    }

    @Test
    void withoutATapeABlockJustRuns() {
        Variable result = Recompute.of(in -> block(in.getFirst(), 0), List.of(Variable.leaf(input)));
        assertArrayEquals(block(Variable.of(input), 0).tensor().toDoubles(), result.tensor().toDoubles());
        assertFalse(result.needsGradient());
    }

    @Test
    void aBlockKnowsWhetherItIsReplayed() {
        var replaying = new ArrayList<Boolean>();
        Variable x = Variable.leaf(input);
        Tape tape = new Tape();
        tape.backward(tape.record(() -> Recompute.of(in -> {
            replaying.add(Recompute.isReplaying());
            return in.getFirst().square();
        }, List.of(x)).sum()));
        assertEquals(List.of(false, true), replaying);
        assertFalse(Recompute.isReplaying());
    }

    @Test
    void whatWasComputedInsideCannotBeTouchedOutside() {
        try (var _ = Scope.open("training step")) {
            var inside = new ArrayList<Variable>();
            Variable x = Variable.leaf(input);
            new Tape().record(() -> Recompute.of(in -> {
                inside.add(in.getFirst().exp());
                return inside.getFirst().sum();
            }, List.of(x)));
            String message = assertThrows(IllegalStateException.class, () -> inside.getFirst().tensor().toDoubles()).getMessage();
            assertTrue(message.contains("the closed scope 'recomputed block'"), message);
        }
    }

    @Test
    void derivativesAsVariablesSayThatTheyCannot() {
        Variable x = Variable.leaf(input);
        Tape tape = new Tape();
        assertEquals("gradients: cannot differentiate through Recompute as variables; use backward, or do not recompute",
                assertThrows(IllegalStateException.class, () -> tape.record(() ->
                        tape.gradients(Recompute.of(in -> in.getFirst().square(), List.of(x)).sum(), List.of(x)))).getMessage());
    }
}
