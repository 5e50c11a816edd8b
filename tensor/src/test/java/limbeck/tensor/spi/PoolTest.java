package limbeck.tensor.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import limbeck.tensor.Memory;
import org.junit.jupiter.api.Test;

final class PoolTest {
    @Test
    void anArrayOfTheSameKindComesBack() {
        var pool = new Pool();
        Object array = pool.take(float.class, 8, 32);
        pool.give(array, 32);
        assertEquals(new Memory(0, 32, 32), pool.memory());
        assertSame(array, pool.take(float.class, 8, 32));
        assertEquals(new Memory(32, 32, 0), pool.memory());
    }

    /** Images, and images with a few numbers behind them, take arrays of one length. */
    @Test
    void arraysOfOneLengthAreExchangedHoweverTheyAreCounted() {
        var pool = new Pool();
        Object array = pool.take(float.class, 1024, 3000);
        pool.give(array, 3000);
        assertSame(array, pool.take(float.class, 1024, 3200));
        assertEquals(new Memory(3200, 3200, 0), pool.memory());
        pool.give(array, 3200);
        assertEquals(new Memory(0, 3200, 3200), pool.memory());
    }

    @Test
    void aFullHeapTakesWhatIsFreeForOtherSizes() {
        var pool = new Pool();
        Object held = pool.take(float.class, 4, 16);
        pool.give(pool.take(float.class, 8, 32), 32);
        // Longer than any array of the JVM, however large its heap.
        var error = assertThrows(OutOfMemoryError.class, () -> pool.take(double.class, Integer.MAX_VALUE, 8L * Integer.MAX_VALUE));
        assertEquals("a tensor of 17179869176 bytes does not fit beside the 16 in use; give java more by -Xmx, take a smaller batch, "
                + "or open a scope around each step", error.getMessage());
        assertEquals(new Memory(16, 48, 0), pool.memory(), "nothing is counted for what was refused");
        pool.give(held, 16);
    }

    @Test
    void sizesThatComeOnceDoNotFillTheHeap() {
        var pool = new Pool();
        long mebi = 1 << 20;
        long most = 0;
        for (int i = 0; i < 200; i++) {
            // 1 MiB and a little more each time: no array fits a second time.
            Object array = pool.take(byte.class, (1 << 20) + i, mebi + i);
            pool.give(array, mebi + i);
            most = Math.max(most, pool.memory().pooled());
        }
        assertTrue(most <= 65 * mebi, "200 MiB were used, " + most + " bytes were kept");
        Object again = pool.take(byte.class, 1 << 20, mebi);
        pool.give(again, mebi);
        assertSame(again, pool.take(byte.class, 1 << 20, mebi));
    }
}
