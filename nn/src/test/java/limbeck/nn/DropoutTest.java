package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DropoutTest {
    private static final Variable ONES = Variable.of(Device.reference().ones(100, 100));

    private static double[] train(Dropout dropout, long step) {
        return Mode.train(step, () -> dropout.apply(ONES)).tensor().toDoubles();
    }

    @Test
    void dropsOnlyInTraining() {
        var dropout = new Dropout(0.5, Key.of(1));
        assertSame(ONES, dropout.apply(ONES));
        assertSame(ONES, Mode.train(1, () -> new Dropout(0, Key.of(1)).apply(ONES)));
    }

    @Test
    void keepsTheMeanAndScalesWhatItKeeps() {
        long seed = 20_250_601;
        double[] y = train(new Dropout(0.2, Key.of(seed)), 3);
        // 10,000 draws: the mean's deviation is 0.005.
        assertEquals(1, Arrays.stream(y).average().orElseThrow(), 0.02, "seed " + seed);
        for (double value : y) {
            assertEquals(value == 0 ? 0 : 1.25, value, 1e-12);
        }
    }

    @Test
    void theMaskFollowsFromKeyAndStep() {
        var dropout = new Dropout(0.5, Key.of(1));
        assertArrayEquals(train(dropout, 3), train(new Dropout(0.5, Key.of(1)), 3));
        assertFalse(Arrays.equals(train(dropout, 3), train(dropout, 4)));
        assertFalse(Arrays.equals(train(dropout, 3), train(new Dropout(0.5, Key.of(2)), 3)));
    }

    /** Stated here once more, since checkpoints and results of old rest on it. */
    @Test
    void anElementIsDroppedByItsNumberInRowMajorOrder() {
        Tensor x = Device.cpu().normal(Key.of(5), 3, 20, 5, 7);
        Tensor mask = Device.cpu().bernoulli(Key.of(1).split(4), 1 - 0.3, x.shape()).mul(1 / (1 - 0.3));
        var dropout = new Dropout(0.3, Key.of(1));
        for (Tensor placed : List.of(x, x.channelsLast())) {
            assertArrayEquals(x.mul(mask).toFloats(), Mode.train(4, () -> dropout.apply(Variable.of(placed))).tensor().toFloats());
        }
    }

    @Test
    void theGradientPassesWhereTheElementWasKept() {
        var dropout = new Dropout(0.3, Key.of(1));
        Parameter x = Parameter.of(Device.cpu().ones(9, 33));
        var tape = new Tape();
        var y = new Variable[1];
        Variable loss = tape.record(() -> {
            y[0] = Mode.train(4, () -> dropout.apply(x));
            return y[0].sum();
        });
        assertArrayEquals(y[0].tensor().toFloats(), tape.backward(loss).of(x).toFloats());
    }

    @Test
    void theProbabilityIsChecked() {
        for (double p : new double[] {-0.1, 1, Double.NaN}) {
            assertEquals("dropout: probability " + p + " is not from 0 to below 1",
                    assertThrows(IllegalArgumentException.class, () -> new Dropout(p, Key.of(1))).getMessage());
        }
    }
}
