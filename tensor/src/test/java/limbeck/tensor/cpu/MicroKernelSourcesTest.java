package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MicroKernelSourcesTest {
    private static final Path SOURCES = Path.of("src/main/java/limbeck/tensor/cpu");

    /** Columns: vectors, whether the left operand lies in slivers. */
    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true", "4, false", "4, true"})
    void theSourcesAreWhatTheGeneratorWrites(int vectors, boolean sliver) throws IOException {
        assumeTrue(Files.isDirectory(SOURCES), () -> SOURCES.toAbsolutePath() + " is not there: the tests do not run beside the sources");
        String name = MicroKernelSources.name(vectors, sliver);
        assertEquals(MicroKernelSources.source(vectors, sliver), Files.readString(SOURCES.resolve(name + ".java")), name
                + " is not what its generator writes. Change MicroKernelSources and, from the root of the project, run "
                + "java tensor/src/test/java/limbeck/tensor/cpu/MicroKernelSources.java");
    }

    @Test
    void eachWidthHasItsKernel() {
        assertEquals(MicroKernelSources.ROWS, MicroKernel.MR);
        for (int vectors = 1; vectors <= MicroKernel.WIDEST; vectors++) {
            assertEquals(vectors, MicroKernel.vectors(vectors * MicroKernel.LANES));
            assertEquals(vectors, MicroKernel.vectors(vectors * MicroKernel.LANES - MicroKernel.LANES + 1));
            for (boolean sliver : new boolean[] {false, true}) {
                String expected = Simd.available() ? MicroKernelSources.name(vectors, sliver) : "ScalarKernel";
                assertEquals(expected, MicroKernel.of(vectors, sliver).getClass().getSimpleName());
            }
        }
        assertEquals(MicroKernel.WIDEST, MicroKernel.vectors(1000));
    }
}
