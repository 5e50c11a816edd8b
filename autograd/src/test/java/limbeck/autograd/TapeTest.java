package limbeck.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;
import org.junit.jupiter.api.Test;

class TapeTest {
    private static final Device DEVICE = Device.reference();

    private static Variable leaf(double... values) {
        return Variable.leaf(DEVICE.tensor(values, Shape.of(values.length)));
    }

    private static double[] gradient(Tape tape, Variable loss, Variable of) {
        return tape.backward(loss).of(of).toDoubles();
    }

    @Test
    void theSimplestUse() {
        Variable x = leaf(1, 2, 3);
        Tape tape = new Tape();
        Variable loss = tape.record(() -> x.square().sum());
        assertEquals(14, loss.item());
        assertArrayEquals(new double[] {2, 4, 6}, gradient(tape, loss, x));
    }

    @Test
    void severalBlocksOnOneTape() {
        Variable x = leaf(1, 2);
        Tape tape = new Tape();
        Variable y = tape.record(() -> x.mul(3));
        Variable loss = tape.record(() -> y.square().sum());
        assertArrayEquals(new double[] {18, 36}, gradient(tape, loss, x));
    }

    @Test
    void withoutATapeNothingIsRecorded() {
        Variable x = leaf(1, 2);
        assertFalse(x.square().needsGradient());
        assertTrue(x.needsGradient());
    }

    @Test
    void constantsAndIntegersAreNotRecorded() {
        Variable x = leaf(1, 2);
        Tape tape = new Tape();
        tape.record(() -> {
            assertFalse(Variable.of(x.tensor()).square().needsGradient());
            assertFalse(x.detach().square().needsGradient());
            assertFalse(x.argmax(0).needsGradient());
            assertFalse(x.gt(1).needsGradient());
            return null;
        });
        assertEquals("", tape.toString());
    }

    @Test
    void pausedPartsAreConstants() {
        Variable x = leaf(2);
        Tape tape = new Tape();
        Variable loss = tape.record(() -> {
            Variable factor = Tape.paused(() -> x.mul(5));
            assertFalse(factor.needsGradient());
            return factor.mul(x).sum();
        });
        assertArrayEquals(new double[] {10}, gradient(tape, loss, x));
    }

    @Test
    void whatATapeInsideAnotherRecordsIsALeafToTheOuterOne() {
        Variable x = leaf(3);
        Tape outer = new Tape();
        Tape inner = new Tape();
        Variable[] middle = new Variable[1];
        Variable loss = outer.record(() -> {
            middle[0] = inner.record(() -> x.square());
            return middle[0].mul(x).sum();
        });
        Gradients gradients = outer.backward(loss);
        assertEquals(9, gradients.of(x).item());
        assertEquals(3, gradients.of(middle[0]).item());
        assertEquals(6, inner.backward(middle[0]).of(x).item());
    }

    @Test
    void aSpentTapeSaysSo() {
        Variable x = leaf(1, 2);
        Tape tape = new Tape();
        Variable loss = tape.record(() -> x.square().sum());
        tape.backward(loss);
        assertEquals("backward: this tape is spent, because backward frees what it needs as it goes; record on a new one",
                assertThrows(IllegalStateException.class, () -> tape.backward(loss)).getMessage());
        assertThrows(IllegalStateException.class, () -> tape.gradients(loss, List.of(x)));
        assertEquals("tape: backward has already run on this tape; record on a new one",
                assertThrows(IllegalStateException.class, () -> tape.record(() -> x)).getMessage());
    }

    @Test
    void aLossThatWasNotRecordedSaysSo() {
        Variable x = leaf(1, 2);
        Variable outside = x.square().sum();
        Tape tape = new Tape();
        Variable elsewhere = new Tape().record(() -> x.square().sum());
        Variable constant = tape.record(() -> x.detach().sum());
        for (Variable loss : List.of(outside, elsewhere, constant, leaf(1))) {
            assertEquals("backward: the loss was not recorded on this tape; compute it inside tape.record(...) from a parameter or "
                    + "Variable.leaf(...)",
                    assertThrows(IllegalStateException.class, () -> tape.backward(loss)).getMessage());
        }
        assertEquals("", tape.toString(), "a refused backward leaves the tape usable");
        assertArrayEquals(new double[] {2, 4}, gradient(tape, tape.record(() -> x.square().sum()), x));
    }

    @Test
    void onlyScalarsHaveABackward() {
        Variable x = leaf(1, 2);
        Tape tape = new Tape();
        Variable y = tape.record(() -> x.square());
        assertEquals("backward: needs a scalar, this is (2); reduce it with sum() or mean() first",
                assertThrows(IllegalArgumentException.class, () -> tape.backward(y)).getMessage());
        assertEquals("gradients: needs a scalar, this is (2); reduce it with sum() or mean() first",
                assertThrows(IllegalArgumentException.class, () -> tape.gradients(y, List.of(x))).getMessage());
        Variable one = tape.record(() -> y.sum().reshape(1, 1));
        assertArrayEquals(new double[] {2, 4}, gradient(tape, one, x));
    }

    @Test
    void aVariableWithoutGradientSaysSo() {
        Variable x = leaf(1, 2);
        Variable unused = leaf(1);
        Tape tape = new Tape();
        Gradients gradients = tape.backward(tape.record(() -> x.sum()));
        assertTrue(gradients.has(x));
        assertFalse(gradients.has(unused));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> gradients.of(unused)).getMessage()
                .startsWith("gradients: there is none for this variable of shape (1); it took no part in the loss"));
    }

    @Test
    void gradientsNeedFloatingPointNumbers() {
        Parameter p = Parameter.of(DEVICE.ones(3));
        assertThrows(IllegalArgumentException.class, () -> p.set(DEVICE.arange(3)));
        Tensor labels = DEVICE.tensor(new int[] {1, 2}, 2);
        assertEquals("a gradient needs floating-point numbers, got I32; cast first, or use Variable.of",
                assertThrows(IllegalArgumentException.class, () -> Variable.leaf(labels)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Parameter.of(labels));
    }

    private static void assertStale(Variable loss, Tape tape) {
        String message = assertThrows(IllegalStateException.class, () -> tape.backward(loss)).getMessage();
        assertTrue(message.startsWith("backward: a parameter, seen as shape ")
                && message.endsWith(" was recorded with it; run backward before the optimizer's step"), message);
    }

    @Test
    void aParameterThatHasChangedSinceIsNoticed() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(1), 3, 2));
        Tensor gradient = DEVICE.ones(3, 2);
        Variable x = Variable.leaf(DEVICE.normal(Key.of(2), 4, 3));
        Tape direct = new Tape();
        Variable first = direct.record(() -> x.matmul(weight).sum());
        weight.update(new Update.Sgd(0.1, 0, false, 0), gradient, List.of());
        assertEquals(1, weight.version());
        assertStale(first, direct);

        Tape byValue = new Tape();
        Variable second = byValue.record(() -> x.matmul(weight).sum());
        weight.set(DEVICE.zeros(3, 2));
        assertStale(second, byValue);
    }

    @Test
    void soIsOneThatIsSeenThroughAView() {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(1), 2, 3));
        Variable x = Variable.leaf(DEVICE.normal(Key.of(2), 4, 3));
        for (boolean detached : new boolean[] {false, true}) {
            Tape tape = new Tape();
            Variable loss = tape.record(() -> x.matmul(detached ? weight.detach().t() : weight.t().reshape(3, 2)).sum());
            weight.update(new Update.Sgd(0.1, 0, false, 0), DEVICE.ones(2, 3), List.of());
            assertStale(loss, tape);
        }
    }

    @Test
    void aChangeThatNoRuleCaresAboutIsAllowed() {
        Parameter bias = Parameter.of(DEVICE.zeros(2));
        Variable x = leaf(1, 2);
        Tape tape = new Tape();
        // A sum's gradient looks at neither operand.
        Variable loss = tape.record(() -> x.add(bias).sum());
        bias.update(new Update.Sgd(0.1, 0, false, 0), DEVICE.ones(2), List.of());
        assertArrayEquals(new double[] {1, 1}, gradient(tape, loss, bias));
    }

    @Test
    void theTapePrintsTheComputation() {
        Parameter weight = Parameter.of(DEVICE.ones(3, 2));
        Tape tape = new Tape();
        tape.record(() -> Variable.of(DEVICE.ones(4, 3)).matmul(weight).exp().sum());
        assertEquals("""
                0: matmul [(4, 3), (3, 2)] -> (4, 2) saves inputs
                1: exp [(4, 2)] -> (4, 2) saves output
                2: sum [(4, 2)] -> () saves nothing
                """, tape.toString());
    }

    @Test
    void firstAndSecondDerivativesAsVariables() {
        Variable x = leaf(2, -1);
        Tape tape = new Tape();
        List<Variable> both = tape.record(() -> {
            Variable first = tape.gradients(x.pow(3).sum(), List.of(x)).getFirst();
            Variable second = tape.gradients(first.sum(), List.of(x)).getFirst();
            return List.of(first, second);
        });
        assertArrayEquals(new double[] {12, 3}, both.getFirst().tensor().toDoubles(), 1e-12);
        assertArrayEquals(new double[] {12, -6}, both.getLast().tensor().toDoubles(), 1e-12);
        // The tape is whole: an ordinary backward through the second derivative gives the third, 6.
        assertArrayEquals(new double[] {6, 6}, gradient(tape, tape.record(() -> both.getLast().sum()), x), 1e-12);
    }

    @Test
    void aGradientPenaltyTrains() {
        // d/dw of (d/dx (w x^2))^2 = (2 w x)^2 is 8 w x^2.
        Parameter w = Parameter.of(DEVICE.scalar(1.5));
        Variable x = Variable.leaf(DEVICE.scalar(2));
        Tape tape = new Tape();
        Variable penalty = tape.record(() -> tape.gradients(w.mul(x.square()), List.of(x)).getFirst().square());
        assertEquals(36, penalty.item(), 1e-12);
        assertEquals(48, tape.backward(penalty).of(w).item(), 1e-12);
    }

    @Test
    void gradientsByWhatLiesInBetweenAndByWhatTookNoPart() {
        Variable x = leaf(1, 2);
        Variable other = leaf(1, 2, 3);
        Tape tape = new Tape();
        List<Variable> found = tape.record(() -> {
            Variable middle = x.mul(3);
            return tape.gradients(middle.square().sum(), List.of(middle, other));
        });
        assertArrayEquals(new double[] {6, 12}, found.getFirst().tensor().toDoubles());
        assertArrayEquals(new double[3], found.getLast().tensor().toDoubles());
    }

    @Test
    void aParameterFromAPartOfATensorLeavesTheRestAlone() {
        Tensor whole = DEVICE.tensor(new double[] {1, 2, 3}, 3);
        Parameter part = Parameter.of(whole.slice(0, 1, 3));
        part.update(new Update.Sgd(1, 0, false, 0), DEVICE.ones(2), List.of());
        assertArrayEquals(new double[] {1, 2}, part.tensor().toDoubles());
        assertArrayEquals(new double[] {1, 2, 3}, whole.toDoubles());
    }

    @Test
    void aPowerOfZeroIsFlatAtZero() {
        Variable x = leaf(0, 2);
        Tape tape = new Tape();
        Variable loss = tape.record(() -> x.pow(Variable.of(DEVICE.tensor(new double[] {0, 3}, 2))).sum());
        assertArrayEquals(new double[] {0, 12}, gradient(tape, loss, x));
    }

    @Test
    void retainAnswersWithItsArgument() {
        Variable x = leaf(1);
        assertSame(x, new Tape().retain(x));
    }
}
