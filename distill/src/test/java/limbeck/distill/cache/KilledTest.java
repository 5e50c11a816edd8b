package limbeck.distill.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import limbeck.autograd.Variable;
import limbeck.distill.Frozen;
import limbeck.distill.Tap;
import limbeck.distill.data.Loader;
import limbeck.nn.Module;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed, not interrupted, while it writes a cache. */
@Timeout(300)
class KilledTest {
    private static final Shape EXAMPLE = Shape.of(3, 16, 16);
    private static final int EXAMPLES = 120;
    private static final int BATCH = 8;
    private static final int VIEWS = 2;

    @TempDir
    private Path folder;

    /** What is killed: shows a teacher all there is to see, and says so after each batch. */
    static final class Writer {
        private Writer() {
        }

        public static void main(String[] args) throws InterruptedException {
            Threads.use(1);
            Loader loader = loader();
            try (var cached = cached(loader, Path.of(args[0]))) {
                for (int epoch = 0; epoch < VIEWS; epoch++) {
                    Small.look((batch, taps) -> {
                        var shown = cached.observe(batch, taps);
                        System.out.println("seen");
                        return shown;
                    }, loader, epoch, args.length > 1 ? 1 : EXAMPLES, Tap.teacher("input"));
                    if (args.length > 1) {
                        Thread.sleep(60_000);
                    }
                }
            }
            System.out.println("done");
        }
    }

    private static Process start(Path into, String... more) throws Exception {
        String classPath = Stream.of(Writer.class, Cached.class, Module.class, Variable.class, Tensor.class).map(KilledTest::location).distinct()
                .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "--add-modules",
                "jdk.incubator.vector", "-cp", classPath, Writer.class.getName(), into.toString()));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets it see so many batches, then kills it; the answer is how many it said it saw. */
    private static int run(Path into, int batches) throws Exception {
        Process process = start(into);
        try (BufferedReader lines = process.inputReader()) {
            int seen = 0;
            String line = lines.readLine();
            while (line != null && !line.equals("done")) {
                seen++;
                if (seen == batches) {
                    // SIGKILL: no hook, no flush, no close. By the handle, since the process itself would close what is read here.
                    process.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(line == null ? 128 + 9 : 0, process.exitValue());
            return seen;
        }
    }

    private static Loader loader() {
        return Small.loader(Small.images(EXAMPLES, EXAMPLE), BATCH, VIEWS);
    }

    private static Cached cached(Loader loader, Path into) {
        return new Cached(new Frozen(Small.model("mlp-1024", EXAMPLE, "teacher")), loader.teacherInputs(), into, CacheFormat.F32);
    }

    @Test
    void whileItWritesNoOtherProcessCan() throws Exception {
        Loader loader = loader();
        try (var cached = cached(loader, folder)) {
            Process process = start(folder, "wait");
            try (BufferedReader lines = process.inputReader()) {
                assertEquals("seen", lines.readLine());
                String sentence = assertThrows(IllegalStateException.class, () -> Small.look(cached, loader, 0, 1, Tap.teacher("input"))).getMessage();
                assertTrue(sentence.contains(" is being written by another run; wait until it ends, or give another folder"), sentence);
            } finally {
                process.toHandle().destroyForcibly();
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            }
            // The lock of a dead process is nobody's.
            Small.look(cached, loader, 0, 1, Tap.teacher("input"));
        }
    }

    @Test
    void theNextRunGoesOnAndTheFileIsThatOfAnUninterruptedRun() throws Exception {
        Path whole = folder.resolve("whole");
        int all = EXAMPLES / BATCH * VIEWS;
        assertEquals(all, run(whole, Integer.MAX_VALUE));
        Path killed = folder.resolve("killed");
        for (int batches : List.of(1, 19)) {
            assertTrue(run(killed, batches) < all, "it was killed before its end");
            assertFalse(Arrays.equals(Files.readAllBytes(Small.file(whole)), Files.readAllBytes(Small.file(killed))));
        }
        assertEquals(all, run(killed, Integer.MAX_VALUE));
        assertEquals(Small.file(whole).getFileName(), Small.file(killed).getFileName());
        assertArrayEquals(Files.readAllBytes(Small.file(whole)), Files.readAllBytes(Small.file(killed)));
        assertEquals(1, Small.files(killed).size(), "nothing else is left");
    }
}
