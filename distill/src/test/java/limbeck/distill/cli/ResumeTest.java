package limbeck.distill.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are killed and begun again with {@code --resume}. */
class ResumeTest {
    private static final int SECONDS = 120;
    private static final int EPOCHS = 16;
    /** The teacher's, the first distilled student's and the second one's. */
    private static final List<Integer> KILLED = List.of(1, 3, 5);

    @TempDir
    private Path folder;

    /** A small table of two classes, so that a process is quick to begin. */
    private Path data() {
        Path file = folder.resolve("points.csv");
        if (!Files.exists(file)) {
            var random = new Random(5);
            var text = new StringBuilder("x,y,label\n");
            for (int i = 0; i < 300; i++) {
                double x = random.nextGaussian();
                double y = random.nextGaussian();
                text.append(x).append(',').append(y).append(',').append(x * y + 0.3 * random.nextGaussian() > 0 ? "even" : "odd").append('\n');
            }
            write(file, text.toString());
        }
        return file;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Teachers that follow, a temperature and a rate that listen, two seeds. */
    private List<String> distill(String out, String... more) {
        var args = new ArrayList<>(List.of("distill", "--data", "csv:" + data() + "?label=label", "--teacher", "mlp-24", "--student", "mlp-8",
                "--teacher-epochs", Integer.toString(EPOCHS / 2), "--epochs", Integer.toString(EPOCHS), "--batch", "16", "--seeds", "2",
                "--method", "kd(temperature=performance(4, 1)),ema,tf-kd(mode=self)", "--schedule", "plateau(0.5, 1)", "--control", "20",
                "--trust-teacher", "--threads", "1", "--out", folder.resolve(out).toString()));
        args.addAll(List.of(more));
        return args;
    }

    private static Cli run(List<String> args) {
        return Cli.run(args.toArray(String[]::new));
    }

    /** What is in a folder: of the history all but the seconds, of the summary nothing that is measured with a clock. */
    private TreeMap<String, byte[]> files(String out) throws IOException {
        var contents = new TreeMap<String, byte[]>();
        try (var files = Files.walk(folder.resolve(out))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.resolve(out).relativize(file).toString();
                String text = switch (name) {
                    case "history.csv" -> Files.readAllLines(file).stream().map(line -> line.substring(0, line.lastIndexOf(',')))
                            .collect(Collectors.joining("\n"));
                    case "summary.json" -> Files.readString(file).replaceAll("\"(wall_seconds|latency_ms|throughput_per_s|threads)\" : [^,\n]+", "");
                    default -> null;
                };
                contents.put(name, text == null ? Files.readAllBytes(file) : text.getBytes());
            }
        }
        return contents;
    }

    private void assertSame(String one, String other) throws IOException {
        TreeMap<String, byte[]> expected = files(one);
        TreeMap<String, byte[]> actual = files(other);
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, content) -> assertArrayEquals(content, actual.get(name), name));
    }

    private Process start(List<String> args) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "--add-modules", "jdk.incubator.vector", "-cp",
                InterruptionTest.classPath(), "limbeck.distill.cli.Main"));
        command.addAll(args);
        return new ProcessBuilder(command).redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile()).start();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void killedAtAnyMomentEndsWithTheSameBits() throws Exception {
        // In processes of the same kind: one without the Vector API may round otherwise.
        finish("whole");
        long seed = System.nanoTime();
        var random = new Random(seed);
        String said = "delays of seed " + seed;
        for (int training : KILLED) {
            Path kept = folder.resolve("killed").resolve("resume").resolve("training-" + training + ".safetensors");
            Process process = start(distill("killed", "--resume"));
            try {
                for (int i = 0; i < SECONDS * 100 && process.isAlive() && !Files.exists(kept); i++) {
                    Thread.sleep(10);
                }
                assertFalse(process.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS), () -> said + ": " + read("err.txt"));
            } finally {
                // SIGKILL: no hook runs.
                process.destroyForcibly().waitFor();
            }
        }
        finish("killed", "--resume");
        assertSame("whole", "killed");
    }

    private void finish(String out, String... more) throws Exception {
        Process process = start(distill(out, more));
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "still running");
            assertEquals(0, process.exitValue(), () -> read("err.txt"));
        } finally {
            process.destroyForcibly();
        }
    }

    private String read(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves a run that was killed in its second training. */
    private void breakOff(String out) throws Exception {
        Process process = start(distill(out));
        try {
            Path kept = folder.resolve(out).resolve("resume").resolve("training-2.safetensors");
            for (int i = 0; i < SECONDS * 100 && process.isAlive() && !Files.exists(kept); i++) {
                Thread.sleep(10);
            }
            assertTrue(Files.exists(kept), () -> read("err.txt"));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void assertRefused(String sentence, String... more) {
        var args = new ArrayList<>(List.of("--resume"));
        args.addAll(List.of(more));
        Cli refused = run(distill("broken", args.toArray(String[]::new)));
        assertEquals(1, refused.code(), refused.err());
        assertEquals("limbeck: " + sentence.replace("OUT", folder.resolve("broken").toString()),
                refused.err().lines().reduce((_, last) -> last).orElse("").replaceAll("[0-9a-f]{64}", "HASH"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill")
    void refusesToGoOnWithAnotherRun() throws Exception {
        breakOff("broken");
        String end = "; give the same to go on with it, or leave --resume out to begin anew";
        assertRefused("--resume: the run in OUT has lr 0.002, this one 0.004" + end, "--lr", "0.004");
        assertRefused("--resume: the run in OUT has precision fp32, this one strict" + end, "--precision", "strict");
        assertRefused("--resume: the run in OUT has seed 1, this one 9" + end, "--seed", "9");
        String points = Files.readString(data());
        Files.writeString(data(), points.replaceFirst("even\n", "odd\n"));
        assertRefused("--resume: the run in OUT has training data HASH, this one HASH" + end);
        Files.writeString(data(), points);
        Path kept = folder.resolve("broken").resolve("resume").resolve("training-1.safetensors");
        byte[] bytes = Files.readAllBytes(kept);
        Files.write(kept, Arrays.copyOf(bytes, bytes.length / 2));
        Cli damaged = run(distill("broken", "--resume"));
        assertEquals(1, damaged.code(), damaged.err());
        assertTrue(damaged.err().contains("training-1.safetensors"), damaged.err());

        // Without --resume the folder is used as any other.
        assertEquals(0, run(distill("broken")).code());
        assertEquals(0, run(distill("fresh")).code());
        assertSame("fresh", "broken");
        Cli finished = run(distill("fresh", "--resume"));
        assertEquals("limbeck: --resume: the run in " + folder.resolve("fresh") + " is finished; leave --resume out to run it again",
                finished.err().strip());
    }

    @Test
    void needsTheFolderOfTheRun() {
        Cli nowhere = Cli.run("train", "--resume");
        assertEquals(2, nowhere.code());
        assertTrue(nowhere.err().startsWith("limbeck: --resume: needs --out DIR, the folder of the run to go on with"), nowhere.err());
    }

    @Test
    void beginsAtTheStartWhereThereIsNothing() {
        List<String> args = List.of("train", "--data", "csv:" + data() + "?label=label", "--model", "linear", "--epochs", "1", "--resume",
                "--out", folder.resolve("new").toString());
        Cli begun = run(args);
        assertEquals(0, begun.code(), begun.err());
        assertTrue(begun.out().contains("holds no run that was broken off after an epoch; beginning at the start."), begun.out());
        assertFalse(Files.exists(folder.resolve("new").resolve("resume")));
    }
}
