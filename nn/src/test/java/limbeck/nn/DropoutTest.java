package limbeck.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
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

    @Test
    void theProbabilityIsChecked() {
        for (double p : new double[] {-0.1, 1, Double.NaN}) {
            assertEquals("dropout: probability " + p + " is not from 0 to below 1",
                    assertThrows(IllegalArgumentException.class, () -> new Dropout(p, Key.of(1))).getMessage());
        }
    }
}
