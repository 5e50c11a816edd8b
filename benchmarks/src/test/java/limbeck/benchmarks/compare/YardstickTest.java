package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The yardsticks must keep to numbers that the processor computes at full speed. */
class YardstickTest {
    @Test
    void theSumsStayNormal() {
        Yardstick fma = Yardstick.fma();
        double first = fma.run();
        // x = 0.999 x + 0.001 goes to 1 in each of 12 sums of each lane, from above and from below.
        assertTrue(first > 1 && Double.isFinite(first), () -> "sum " + first);
        // Compiled code adds the lanes in another order.
        assertEquals(first, fma.run(), 1e-3);
    }
}
