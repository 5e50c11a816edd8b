package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import limbeck.autograd.Variable;
import limbeck.nn.Module;
import limbeck.nn.io.Safetensors;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/** Ctrl-C, in a process of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
class InterruptionTest {
    private static final int SECONDS = 60;

    @TempDir
    private Path folder;

    private Process start(String... args) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp",
                classPath(), "limbeck.distill.cli.Main", "train", "--model", "mlp-8", "--train-size", "256", "--epochs",
                "1000000", "--threads", "1"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile()).start();
    }

    /** Where the classes of the command come from; what the JVM says of its class path depends on who started the tests. */
    static String classPath() {
        return Stream.of(Main.class, Module.class, Variable.class, Tensor.class, CommandLine.class, ObjectMapper.class,
                JsonFactory.class,
                JsonAutoDetect.class, YAMLFactory.class, Yaml.class).map(InterruptionTest::location).distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitLines(Process process, int count) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS * 20 && process.isAlive(); i++) {
            if (Files.readAllLines(folder.resolve("err.txt")).size() >= count) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the run did not begin: " + Files.readString(folder.resolve("err.txt")));
    }

    /** Interrupts, and tells the last line on standard error. */
    private String interrupt(Process process) throws IOException, InterruptedException {
        // A process that a script has put into the background ignores Ctrl-C, and so do its children.
        boolean ignored = ignoresInterrupts();
        new ProcessBuilder("kill", ignored ? "-TERM" : "-INT", Long.toString(process.pid())).inheritIO().start().waitFor();
        assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "still alive");
        assertEquals(ignored ? 128 + 15 : 128 + 2, process.exitValue());
        return Files.readAllLines(folder.resolve("err.txt"), StandardCharsets.UTF_8).getLast();
    }

    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        String mask = !Files.exists(status) ? "0" : Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:"))
                .map(line -> line.substring(7).strip()).collect(Collectors.joining());
        return (Long.parseUnsignedLong(mask, 16) >> 1 & 1) == 1;
    }

    @Test
    void leavesTheLastFinishedEpochAndSaysSo() throws Exception {
        Path out = folder.resolve("out");
        Process process = start("--out", out.toString());
        try {
            awaitLines(process, 5);
            String last = interrupt(process);
            assertTrue(last.matches("limbeck: interrupted; .*out holds model.safetensors \\(after epoch \\d+ of 1000000\\) and history.csv; the same command with --resume goes on from there\\."), last);
            long epoch = Long.parseLong(last.replaceAll(".*after epoch (\\d+) .*", "$1"));
            try (var weights = Safetensors.open(out.resolve("model.safetensors"))) {
                assertEquals(Long.toString(epoch), weights.metadata().get("epoch"));
            }
            List<String> history = Files.readAllLines(out.resolve("history.csv"));
            assertTrue(history.getLast().startsWith("model,1," + epoch + ","), history.getLast());
            try (var files = Files.list(out)) {
                assertEquals(Set.of("model.safetensors", "history.csv", "steps.csv", "resume"),
                        files.map(path -> path.getFileName().toString()).collect(Collectors.toSet()));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void saysThatNothingIsKeptWithoutAFolder() throws Exception {
        Process process = start();
        try {
            awaitLines(process, 2);
            assertEquals("limbeck: interrupted; nothing was kept, as --out was not given.", interrupt(process));
            assertFalse(Files.readString(folder.resolve("out.txt")).contains("Took"));
        } finally {
            process.destroyForcibly();
        }
    }
}
