package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LayoutTest {
    private static Layout contiguous(int... dims) {
        return Layout.contiguous(Shape.of(dims));
    }

    private static void assertLayout(Layout layout, int offset, int... strides) {
        assertArrayEquals(strides, layout.strides(), layout.toString());
        assertEquals(offset, layout.offset());
    }

    @Test
    void rowMajorAndChannelsLast() {
        assertLayout(contiguous(2, 3, 4), 0, 12, 4, 1);
        assertLayout(contiguous(), 0);
        assertLayout(Layout.channelsLast(Shape.of(2, 3, 4, 5)), 0, 60, 1, 15, 3);
        assertTrue(Layout.channelsLast(Shape.of(2, 3, 4, 5)).isChannelsLast());
        assertFalse(contiguous(2, 3, 4, 5).isChannelsLast());
        assertTrue(Layout.channelsLast(Shape.of(2, 3)).isContiguous());
    }

    @Test
    void oneChannelOrOnePixelIsBothOrders() {
        assertTrue(contiguous(2, 1, 4, 5).isChannelsLast());
        assertTrue(contiguous(2, 3, 1, 1).isChannelsLast());
        assertTrue(Layout.channelsLast(Shape.of(2, 3, 1, 1)).isContiguous());
    }

    @Test
    void views() {
        Layout x = contiguous(2, 3, 4);
        assertLayout(x.permute(List.of(2, 0, 1)), 0, 1, 12, 4);
        assertEquals(Shape.of(4, 2, 3), x.permute(List.of(2, 0, 1)).shape());
        assertLayout(x.flip(List.of(0, 2)), 15, -12, 4, -1);
        Layout slice = x.slice(List.of(1, 0, 1), List.of(2, 3, 4), List.of(1, 2, 2));
        assertEquals(Shape.of(1, 2, 2), slice.shape());
        assertLayout(slice, 13, 12, 8, 2);
        assertLayout(contiguous(3, 1).expand(Shape.of(2, 3, 4)), 0, 0, 1, 0);
        assertLayout(slice.flip(List.of(1)), 21, 12, -8, 2);
    }

    @Test
    void contiguousMeansNoGapsAndRowMajor() {
        assertTrue(contiguous(2, 3).isContiguous());
        assertFalse(contiguous(2, 3).permute(List.of(1, 0)).isContiguous());
        assertTrue(contiguous(1, 3).permute(List.of(1, 0)).isContiguous());
        assertFalse(contiguous(4).flip(List.of(0)).isContiguous());
        assertFalse(contiguous(1).expand(Shape.of(4)).isContiguous());
        assertTrue(contiguous(4, 3).slice(List.of(1, 0), List.of(3, 3), List.of(1, 1)).isContiguous());
        assertTrue(contiguous(0, 3).permute(List.of(1, 0)).isContiguous());
    }

    @Test
    void denseMeansNoGapsInAnyOrder() {
        assertTrue(contiguous(2, 3, 4).permute(List.of(1, 2, 0)).isDense());
        assertTrue(Layout.channelsLast(Shape.of(2, 3, 4, 5)).isDense());
        assertFalse(contiguous(2, 6).slice(List.of(0, 0), List.of(2, 6), List.of(1, 2)).isDense());
        assertFalse(contiguous(2, 3).flip(List.of(1)).isDense());
        assertFalse(contiguous(2, 1).expand(Shape.of(2, 3)).isDense());
    }

    @Test
    void denseLikeImitatesTheOrder() {
        Layout transposed = contiguous(4, 3).permute(List.of(1, 0));
        assertLayout(Layout.denseLike(Shape.of(3, 4), transposed), 0, 1, 3);
        Layout channelsLast = Layout.channelsLast(Shape.of(2, 3, 4, 5));
        assertTrue(Layout.denseLike(Shape.of(2, 3, 4, 5), channelsLast).isChannelsLast());
        Layout gaps = Layout.channelsLast(Shape.of(2, 3, 4, 5)).slice(List.of(0, 0, 0, 0), List.of(2, 3, 4, 5), List.of(1, 2, 1, 1));
        assertTrue(Layout.denseLike(gaps.shape(), gaps).isChannelsLast());
        assertTrue(Layout.denseLike(Shape.of(3), transposed).isContiguous());
    }

    @Test
    void reshapeIsAViewWhereStridesAllow() {
        Layout x = contiguous(4, 6);
        assertEquals(Optional.of(contiguous(2, 2, 3, 2)), x.reshape(Shape.of(2, 2, 3, 2)));
        Layout transposed = x.permute(List.of(1, 0));
        assertTrue(transposed.reshape(Shape.of(24)).isEmpty());
        assertLayout(transposed.reshape(Shape.of(3, 2, 1, 4)).orElseThrow(), 0, 2 * 1, 1, 1, 6);
        Layout rows = contiguous(4, 8).slice(List.of(0, 0), List.of(4, 6), List.of(1, 1));
        assertLayout(rows.reshape(Shape.of(2, 2, 6)).orElseThrow(), 0, 16, 8, 1);
        assertTrue(rows.reshape(Shape.of(24)).isEmpty());
        assertLayout(contiguous(6).flip(List.of(0)).reshape(Shape.of(2, 3)).orElseThrow(), 5, -3, -1);
        assertLayout(contiguous(1).expand(Shape.of(6)).reshape(Shape.of(2, 3)).orElseThrow(), 0, 0, 0);
    }

    /** The strides after a reshape against the definition: same elements in row-major order. */
    @Test
    void reshapeKeepsTheOrderOfElements() {
        int[][] targets = {{24}, {2, 12}, {4, 3, 2}, {3, 8}, {1, 24, 1}, {2, 2, 2, 3}, {6, 2, 1, 2}};
        List<Layout> layouts = List.of(contiguous(2, 3, 4), contiguous(4, 3, 2).permute(List.of(2, 1, 0)),
                contiguous(3, 2, 4).permute(List.of(1, 0, 2)),
                contiguous(2, 3, 8).slice(List.of(0, 0, 1), List.of(2, 3, 8), List.of(1, 1, 2)),
                contiguous(2, 3, 4).flip(List.of(0, 1, 2)), contiguous(2, 1, 4).expand(Shape.of(2, 3, 4)),
                contiguous(3, 4).expand(Shape.of(2, 3, 4)));
        for (Layout layout : layouts) {
            for (int[] target : targets) {
                layout.reshape(Shape.of(target)).ifPresent(view ->
                        assertArrayEquals(positions(layout), positions(view), layout + " as " + view));
            }
        }
    }

    private static int[] positions(Layout layout) {
        int[] positions = new int[layout.shape().intSize()];
        for (int i = 0; i < positions.length; i++) {
            int at = layout.offset();
            int rest = i;
            for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
                at += rest % layout.shape().dim(axis) * layout.stride(axis);
                rest /= layout.shape().dim(axis);
            }
            positions[i] = at;
        }
        return positions;
    }
}
