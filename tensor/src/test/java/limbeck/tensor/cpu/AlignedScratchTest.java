package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AlignedScratchTest {
    @Test
    void piecesOfAThreadDoNotOverlap() {
        List<AlignedScratch> all = List.of(new AlignedScratch(), new AlignedScratch(), new AlignedScratch());
        for (int length : new int[] {1, 16, 1000, 17, 3 * CacheLines.HUMONGOUS / 4, 999_999}) {
            for (AlignedScratch scratch : all) {
                AlignedScratch.Piece piece = scratch.floats(length);
                assertTrue(piece.length() >= length && piece.offset() + length <= piece.array().length, piece.length() + " for " + length);
                assertEquals(CacheLines.START % CacheLines.FLOATS, piece.offset() % CacheLines.FLOATS);
                assertTrue(piece.array().length >= CacheLines.HUMONGOUS);
            }
            for (int i = 0; i < all.size(); i++) {
                AlignedScratch.Piece piece = all.get(i).floats(length);
                Arrays.fill(piece.array(), piece.offset(), piece.offset() + length, i);
            }
            for (int i = 0; i < all.size(); i++) {
                AlignedScratch.Piece piece = all.get(i).floats(length);
                for (int at = piece.offset(); at < piece.offset() + length; at++) {
                    assertEquals(i, piece.array()[at]);
                }
            }
        }
    }

    @Test
    void aPieceIsTheThreadsOwnAndIsUsedAgain() throws InterruptedException {
        var scratch = new AlignedScratch();
        AlignedScratch.Piece mine = scratch.floats(100);
        assertSame(mine, scratch.floats(50));
        var theirs = new AlignedScratch.Piece[1];
        Thread other = new Thread(() -> theirs[0] = scratch.floats(100));
        other.start();
        other.join();
        assertNotSame(mine.array(), theirs[0].array());
    }

    /** Columns: MiB of the largest heap, MiB of a region as G1 chooses it. */
    @ParameterizedTest
    @CsvSource({"64, 1", "2048, 1", "2049, 2", "6000, 4", "8192, 4", "20000, 16", "65536, 32", "1000000, 32"})
    void regionsAreAsLargeAsG1Says(long heap, long region) {
        assertEquals(region << 20, CacheLines.region(heap << 20));
    }
}
