package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kernel becomes machine code of both kinds of device that are aimed at, and none keeps registers in memory, where NVIDIA's
 * compiler is on the path. It needs no GPU. Prints the registers.
 */
@Tag("slow")
final class CudaCompileTest {
    private static final Path SOURCES = Path.of("src/main/resources/limbeck/tensor/cuda");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> everySourceCompiles() throws IOException {
        assumeTrue(Emulator.has("nvcc"), "nvcc is not on the path");
        var tests = new ArrayList<DynamicTest>();
        for (String file : files()) {
            for (String options : options(file)) {
                for (int capability : new int[] {80, 90}) {
                    tests.add(DynamicTest.dynamicTest(file + " " + options + " sm_" + capability, () -> compile(file, options, capability)));
                }
            }
        }
        return tests.stream();
    }

    private static List<String> files() throws IOException {
        try (var files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".cu")).sorted().toList();
        }
    }

    /** The ways to multiply, for those that do. */
    private static List<String> options(String file) {
        return text(file).contains("INNER") ? IntStream.range(0, 4).mapToObj(i -> "-DINNER=" + i).toList() : List.of("");
    }

    private static String text(String file) {
        return file.equals("elementwise.cu") ? ElementwiseSource.text() : Sources.of(file);
    }

    private void compile(String file, String options, int capability) throws IOException {
        Path source = Files.writeString(folder.resolve(file), text(file));
        var command = new ArrayList<>(List.of("nvcc", "-std=c++17", "-arch=sm_" + capability, "-cubin", "-Xptxas", "-v", source.toString(), "-o",
                folder.resolve(file + "bin").toString()));
        if (!options.isEmpty()) {
            command.add(options);
        }
        String said = Emulator.run(command);
        int most = said.lines().filter(line -> line.contains("Used ")).mapToInt(line ->
                Integer.parseInt(line.replaceAll(".*Used (\\d+) registers.*", "$1"))).max().orElse(0);
        System.out.println(file + " " + options + " sm_" + capability + ": at most " + most + " registers");
        assertTrue(most > 0, said);
        assertEquals(List.of(), said.lines().filter(line -> line.contains("spill") && !line.contains(" 0 bytes spill stores, 0 bytes spill loads"))
                .toList());
        assertTrue(said.lines().noneMatch(line -> line.contains("warning")), said);
    }
}
