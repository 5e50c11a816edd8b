package limbeck.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever opens a suite finds out how to run it and what its figures are compared with. */
class SuitesTest {
    private static final Path SOURCES = Path.of("src/main/java/limbeck/benchmarks");

    private static List<Path> suites() throws IOException {
        try (var files = Files.list(SOURCES)) {
            return files.filter(file -> file.getFileName().toString().endsWith("Bench.java")).sorted().toList();
        }
    }

    @Test
    void eachSaysHowToRunItAndNamesItsBaseline() throws IOException {
        assertFalse(suites().isEmpty());
        for (Path file : suites()) {
            String text = Files.readString(file);
            String name = file.getFileName().toString().replace(".java", "");
            String run = "HOW TO RUN, from the root of the project:\n *   ./limbeck jmh " + name + "\n";
            assertTrue(text.contains(run), name + " does not say how to run it");
            assertTrue(text.contains("baseline"), name + " names no baseline");
        }
    }

    @Test
    void thePackageListsThemAll() throws IOException {
        String text = Files.readString(SOURCES.resolve("package-info.java"));
        List<String> missing = suites().stream().map(file -> file.getFileName().toString().replace(".java", ""))
                .filter(name -> !text.contains("limbeck.benchmarks." + name + "}")).toList();
        assertEquals(List.of(), missing);
    }
}
