package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import limbeck.tensor.op.UnaryFn;
import org.junit.jupiter.api.Test;

/** Loops that have been compiled in one process with others keep their vectors in registers: else they fill the heap. */
class AloneTest {
    private static final int SMALL = 64;
    private static final int LARGE = 1 << 16;
    // A vector on the heap takes 80 bytes, and a loop that keeps one there makes thousands; C2 itself is done after some hundred calls.
    private static final long MOST = 20_000;
    private static final int TRIES = 300;

    private final float[] x = new float[LARGE];
    private final float[] z = new float[LARGE];

    @Test
    void loopsThatAreUsedInTurnAllocateNothing() {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        for (List<UnaryFn> functions : List.of(List.of(UnaryFn.EXP, UnaryFn.SIGMOID), List.of(UnaryFn.TANH, UnaryFn.SIGMOID),
                List.of(UnaryFn.LOG, UnaryFn.SOFTPLUS, UnaryFn.ERF))) {
            // Of few elements first: then what calls the loops is compiled sooner than the loops themselves.
            for (int i = 0; i < 60_000; i++) {
                functions.forEach(fn -> run(fn, SMALL));
            }
            functions.forEach(this::requireRegisters);
        }
    }

    private void requireRegisters(UnaryFn fn) {
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && allocated > MOST; i++) {
            long before = allocated();
            run(fn, LARGE);
            allocated = allocated() - before;
        }
        assertTrue(allocated <= MOST, fn + " of " + LARGE + " elements allocates " + allocated + " bytes, and did so " + TRIES + " times");
    }

    private void run(UnaryFn fn, int n) {
        Loops.BEST.unary(fn, 0, 0, 1, n, x, Walk.of(0, 0, 1), z, Walk.of(0, 0, 1));
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
