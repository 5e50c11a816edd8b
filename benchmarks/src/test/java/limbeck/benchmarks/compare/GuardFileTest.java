package limbeck.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratios are kept for each kind of processor, and compared within one kind alone. */
class GuardFileTest {
    private static final Processor SLOW = new Processor("Slow 1", 256);
    private static final Processor FAST = new Processor("Fast 2", 512);

    @TempDir
    Path folder;

    private GuardFile written(String text) throws Exception {
        return GuardFile.read(Files.writeString(folder.resolve("guard.json"), text));
    }

    private GuardFile empty() {
        return GuardFile.readOrEmpty(folder.resolve("guard.json"));
    }

    @Test
    void eachProcessorHasItsOwnRatios() throws Exception {
        GuardFile file = written(empty().with(SLOW, Map.of("gemm", 0.80004)).with(FAST, Map.of("gemm", 1.5)).json());
        assertEquals(Map.of("gemm", 0.8), file.of(SLOW));
        assertEquals(Map.of("gemm", 1.5), file.of(FAST));
    }

    @Test
    void recordingLeavesThoseOfOthers() throws Exception {
        GuardFile file = written(empty().with(SLOW, Map.of("gemm", 0.8, "relu", 2.0)).with(FAST, Map.of("gemm", 1.5)).json());
        GuardFile again = written(file.with(SLOW, Map.of("gemm", 0.9)).json());
        assertEquals(Map.of("gemm", 0.9), again.of(SLOW));
        assertEquals(Map.of("gemm", 1.5), again.of(FAST));
    }

    @Test
    void anUnknownProcessorIsToldWhichThereAre() {
        GuardFile file = empty().with(SLOW, Map.of()).with(FAST, Map.of());
        assertRefuses(file, new Processor("New 3", 512), ": has no ratios for this processor (New 3 with vectors of 512 bits), only for Slow 1"
                + " with vectors of 256 bits and Fast 2 with vectors of 512 bits; record them from the unchanged sources with"
                + " ./limbeck bench --guard --update");
        assertRefuses(empty(), FAST, ": has no ratios for this processor (Fast 2 with vectors of 512 bits), nor for any other; record");
    }

    @Test
    void otherVectorsAreAnotherProcessor() {
        assertRefuses(empty().with(FAST, Map.of()), new Processor(FAST.name(), 256), ": has no ratios for this processor (Fast 2 with vectors of 256");
    }

    private static void assertRefuses(GuardFile file, Processor processor, String sentence) {
        String message = assertThrows(UsageException.class, () -> file.of(processor)).getMessage();
        assertTrue(message.startsWith(file.path() + sentence), message);
    }

    @Test
    void filesThatAreNone() {
        assertTrue(assertThrows(UsageException.class, () -> GuardFile.read(folder.resolve("guard.json"))).getMessage()
                .endsWith("write it with --guard --update"));
        assertTrue(assertThrows(UsageException.class, () -> written("no json")).getMessage().contains("is no JSON"));
        assertTrue(assertThrows(UsageException.class, () -> written("{\"vector_bits\": 64, \"cases\": []}")).getMessage()
                .contains("holds no list of processors; bring back the one that was committed"));
    }

    @Test
    void theCommittedFileHasARatioForEachCase() throws Exception {
        Path committed = Path.of("guard.json");
        GuardFile file = GuardFile.read(committed);
        assertEquals(Files.readString(committed), file.json());
        var titles = Arrays.stream(GuardCase.values()).map(GuardCase::title).collect(Collectors.toSet());
        assertTrue(file.recorded().containsKey(new Processor("AMD EPYC", 512)));
        file.recorded().forEach((processor, ratios) -> assertEquals(titles, ratios.keySet(), processor.toString()));
    }
}
