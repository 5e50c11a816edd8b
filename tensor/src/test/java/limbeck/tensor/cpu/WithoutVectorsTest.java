package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.OpTable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** A user who forgets {@code --add-modules jdk.incubator.vector} is told so once, and all ops compute what they should. */
final class WithoutVectorsTest {
    @Test
    void everyOpComputesInScalarLoops() throws IOException, InterruptedException {
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx2g", "-cp",
                System.getProperty("java.class.path"), WithoutVectorsTest.class.getName()).redirectErrorStream(true);
        // Where that switches the vectors off already, nothing is missing and nothing said.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        List<String> said;
        try (var lines = process.inputReader()) {
            said = lines.lines().toList();
        }
        assertEquals(0, process.waitFor(), String.join("\n", said));
        String warning = "start java with --add-modules jdk.incubator.vector";
        assertEquals(1, said.stream().filter(line -> line.contains(warning)).count(), said.toString());
        assertTrue(said.getLast().startsWith("all cases agree: "), said.toString());
    }

    static void main() throws Throwable {
        System.out.println("all cases agree: " + run(OpTable.compare(Device.cpu())));
    }

    private static int run(Stream<? extends DynamicNode> nodes) throws Throwable {
        int count = 0;
        for (DynamicNode node : nodes.toList()) {
            switch (node) {
                case DynamicContainer container -> count += run(container.getChildren());
                case DynamicTest test -> {
                    test.getExecutable().execute();
                    count++;
                }
                default -> throw new AssertionError(node.getDisplayName());
            }
        }
        return count;
    }
}
