package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TileCoverTest {
    private static List<Integer> cover(int length) {
        return TileCover.of(length, List.of(14, 12, 8), size -> size);
    }

    @Test
    void asLittleTooMuchAsPossibleAndThenFewTiles() {
        assertEquals(List.of(), cover(0));
        assertEquals(List.of(8), cover(1));
        assertEquals(List.of(14, 14), cover(28));
        assertEquals(26, cover(26).stream().mapToInt(size -> size).sum());
        assertEquals(3, cover(32).size());
        assertEquals(32, cover(32).stream().mapToInt(size -> size).sum());
        assertEquals(List.of(9), TileCover.of(9, List.of(14, 9), size -> size));
        assertEquals(List.of(14, 14), TileCover.of(27, List.of(14, 9), size -> size));
    }
}
