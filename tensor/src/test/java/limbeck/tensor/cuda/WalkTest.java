package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

/** How an element's number becomes places: the arithmetic of {@code common.cuh}, done here in Java. */
final class WalkTest {
    @Test
    void axesThatLieBehindOneAnotherAreMerged() {
        Layout rows = Layout.contiguous(Shape.of(2, 3, 5));
        Walk same = Walk.of(rows, rows);
        assertEquals(1, same.rank());
        assertTrue(same.isFlat(1));
        assertEquals(1, same.step(1));
        Layout bias = Layout.contiguous(Shape.of(5)).expand(Shape.of(2, 3, 5));
        Walk added = Walk.of(rows, bias);
        assertEquals(2, added.rank());
        assertEquals(6, added.size(1));
        assertFalse(added.isFlat(1));
        assertEquals(0, Walk.of(rows, Layout.contiguous(Shape.SCALAR).expand(Shape.of(2, 3, 5))).step(1));
        Layout images = Layout.channelsLast(Shape.of(2, 3, 4, 5));
        assertEquals(1, Walk.of(images, images).rank());
    }

    @Test
    void placesFollowTheOrderOfTheFirstOperand() {
        Layout out = Layout.channelsLast(Shape.of(2, 3, 4, 5));
        Layout in = Layout.contiguous(Shape.of(2, 3, 4, 5));
        int[] struct = Walk.of(out, in).from(1).struct();
        int number = 0;
        for (int n = 0; n < 2; n++) {
            for (int h = 0; h < 4; h++) {
                for (int w = 0; w < 5; w++) {
                    for (int c = 0; c < 3; c++) {
                        assertEquals(((n * 3 + c) * 4 + h) * 5 + w, place(struct, number++));
                    }
                }
            }
        }
    }

    /** The magic numbers divide as they should, whatever the size, up to the largest element number. */
    @Test
    void magicNumbersDivide() {
        for (int size : new int[] {2, 3, 5, 7, 31, 32, 33, 641, 1000, 65_535, 65_537, 1 << 20, 1_000_003, (1 << 30) + 1}) {
            Layout gaps = Layout.contiguous(Shape.of(2, size)).slice(List.of(0, 0), List.of(1, size), List.of(1, 1));
            int[] struct = Walk.of(gaps).struct();
            assertEquals(size, struct[1]);
            for (long i : new long[] {0, 1, size - 1, size, size + 1, 2L * size - 1, Integer.MAX_VALUE - 1L, Integer.MAX_VALUE}) {
                if (i <= Integer.MAX_VALUE) {
                    assertEquals(i / size, quotient(struct, 0, i), i + " / " + size);
                }
            }
        }
    }

    private static long quotient(int[] struct, int axis, long i) {
        long magic = Integer.toUnsignedLong(struct[1 + Walk.MAX_RANK + axis]);
        return (Math.unsignedMultiplyHigh(magic << 32, i) + i) >>> struct[1 + 2 * Walk.MAX_RANK + axis];
    }

    private static int place(int[] struct, long i) {
        int at = 0;
        for (int axis = 0; axis < struct[0]; axis++) {
            long q = quotient(struct, axis, i);
            at += (int) (i - q * struct[1 + axis]) * struct[1 + 3 * Walk.MAX_RANK + axis];
            i = q;
        }
        return at;
    }
}
