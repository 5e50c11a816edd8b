package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ShapeTest {
    @Test
    void extentsAndSize() {
        Shape shape = Shape.of(2, 3, 4);
        assertEquals(3, shape.rank());
        assertEquals(24, shape.size());
        assertEquals(4, shape.dim(-1));
        assertEquals(2, shape.dim(-3));
        assertEquals(1, shape.axis(-2));
        assertEquals("(2, 3, 4)", shape.toString());
        assertEquals(0, Shape.of(2, 0, 4).size());
    }

    @Test
    void aScalarHasRankZeroAndOneElement() {
        assertEquals(0, Shape.SCALAR.rank());
        assertEquals(1, Shape.SCALAR.size());
        assertEquals("()", Shape.SCALAR.toString());
        assertEquals(Shape.SCALAR, Shape.of());
    }

    @Test
    void isImmutable() {
        int[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 9;
        shape.dims()[1] = 9;
        assertArrayEquals(new int[] {2, 3}, shape.dims());
    }

    @Test
    void equalByExtents() {
        assertEquals(Shape.of(2, 3), Shape.of(2, 3));
        assertEquals(Shape.of(2, 3).hashCode(), Shape.of(2, 3).hashCode());
        assertNotEquals(Shape.of(2, 3), Shape.of(3, 2));
        assertNotEquals(Shape.of(1), Shape.SCALAR);
    }

    @Test
    void withAndWithout() {
        assertEquals(Shape.of(2, 9), Shape.of(2, 3).with(-1, 9));
        assertEquals(Shape.of(3), Shape.of(2, 3, 4).without(List.of(0, 2), false));
        assertEquals(Shape.of(1, 3, 1), Shape.of(2, 3, 4).without(List.of(2, 0), true));
        assertEquals(Shape.of(2), Shape.of(2).without(List.of(), false));
    }

    @Test
    void broadcastAlignsAtTheLastAxis() {
        assertEquals(Shape.of(2, 3), Shape.broadcast("add", Shape.of(2, 3), Shape.of(3)));
        assertEquals(Shape.of(4, 2, 3), Shape.broadcast("add", Shape.of(2, 1), Shape.of(4, 1, 3)));
        assertEquals(Shape.of(2), Shape.broadcast("add", Shape.SCALAR, Shape.of(2)));
        assertEquals(Shape.of(0, 3), Shape.broadcast("add", Shape.of(0, 1), Shape.of(1, 3)));
        assertThrows(ShapeException.class, () -> Shape.broadcast("add", Shape.of(0), Shape.of(3)));
    }

    @Test
    void aSizeBeyondLongIsRefused() {
        assertThrows(ShapeException.class, () -> Shape.of(1 << 30, 1 << 30, 1 << 30));
    }
}
