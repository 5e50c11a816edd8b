package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import limbeck.tensor.cpu.MicroKernelSources.Left;
import limbeck.tensor.cpu.MicroKernelSources.Tile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MicroKernelSourcesTest {
    private static final Path SOURCES = Path.of("src/main/java/limbeck/tensor/cpu");

    @ParameterizedTest
    @MethodSource("limbeck.tensor.cpu.MicroKernelSources#tiles")
    void theSourcesAreWhatTheGeneratorWrites(MicroKernelSources.Tile tile) throws IOException {
        assumeTrue(Files.isDirectory(SOURCES), () -> SOURCES.toAbsolutePath() + " is not there: the tests do not run beside the sources");
        assertEquals(tile.source(), Files.readString(SOURCES.resolve(tile.name() + ".java")), tile.name()
                + " is not what its generator writes. Change MicroKernelSources and, from the root of the project, run "
                + "java tensor/src/test/java/limbeck/tensor/cpu/MicroKernelSources.java");
    }

    @Test
    void eachWidthHasItsKernel() {
        for (int vectors = 1; vectors <= MicroKernel.WIDEST; vectors++) {
            assertEquals(vectors, MicroKernel.vectors(vectors * MicroKernel.LANES, MicroKernel.WIDEST));
            assertEquals(vectors, MicroKernel.vectors(vectors * MicroKernel.LANES - MicroKernel.LANES + 1, MicroKernel.WIDEST));
            for (Left left : List.of(Left.ROWS, Left.SLIVER)) {
                String expected = Simd.available() ? new Tile(MicroKernel.MR, vectors, left).name() : "ScalarKernel";
                assertEquals(expected, MicroKernel.of(vectors, left == Left.SLIVER).getClass().getSimpleName());
            }
        }
        assertEquals(MicroKernel.WIDEST, MicroKernel.vectors(1000, MicroKernel.WIDEST));
    }

    @Test
    void rowsAConstantDistanceApartHaveTheirKernels() {
        assumeTrue(Simd.bits() == 512, "needs vectors of 512 bits");
        for (Tile tile : MicroKernelSources.tiles()) {
            if (tile.left() == Left.NEAR) {
                MicroKernel.Near near = MicroKernel.near(tile.distance(), tile.vectors(), tile.rows());
                assertEquals(tile.name(), near.kernel().getClass().getSimpleName());
                assertEquals(tile.rows(), near.rows());
                assertEquals(tile.vectors(), near.vectors());
            }
        }
        assertNull(MicroKernel.near(17, 1, 100));
        assertNull(MicroKernel.near(16, 2, 100));
        assertNull(MicroKernel.near(16, 1, 23));
    }
}
