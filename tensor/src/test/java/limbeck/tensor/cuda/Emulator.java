package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;

/**
 * A GPU made of g++: stand-ins for CUDA's libraries ({@code src/test/cuda}), which compile kernels for the processor and run them
 * there. Once loaded into a JVM, the unchanged backend finds one device. Nothing of the backend knows.
 *
 * <p>Libraries and compiled kernels are kept in this module's {@code target/cuda-emulated}, by hash, until the next {@code mvn clean}.
 */
@SuppressWarnings("restricted") // Loading libraries and calling the C library is what it is for.
public final class Emulator {
    private static final Path SOURCES = sources();
    private static final Path KEPT = SOURCES.resolve("../../..").resolve(System.getProperty("limbeck.cuda.emulated", "target/cuda-emulated"))
            .normalize();
    private static boolean loaded;

    private Emulator() {
    }

    /** Seen from the folder of this module or of another. */
    private static Path sources() {
        Path here = Path.of("src/test/cuda").toAbsolutePath();
        return Files.exists(here) ? here : Path.of("../tensor/src/test/cuda").toAbsolutePath().normalize();
    }

    /**
     * The emulated device; a test without g++ is skipped, by name. With the property {@code limbeck.cuda.hardware} the machine's own:
     * then the same tests are those of the hardware.
     *
     * @return a device of kind cuda
     */
    public static Device device() {
        if (isHardware()) {
            return Device.cuda(0);
        }
        load(List.of("libcuda.so.1", "libcudart.so.13", "libnvrtc.so.13", "libnccl.so.2"));
        return Device.cuda(0);
    }

    private static boolean isHardware() {
        return Boolean.getBoolean("limbeck.cuda.hardware");
    }

    /** Skips a test that needs to do to a device what only the emulated one puts up with. */
    static void only() {
        assumeTrue(!isHardware(), "only the emulated GPU can do that");
    }

    /** Loads some of the libraries into this JVM, once. */
    static synchronized void load(List<String> libraries) {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "the emulated GPU needs Linux on x86-64");
        assumeTrue(has("g++"), "the emulated GPU needs g++");
        if (loaded) {
            return;
        }
        Path folder = libraries();
        environment("CUEMU_HOME", SOURCES.toString());
        environment("CUEMU_CACHE", KEPT.resolve("kernels").toString());
        // Kernels are kept by the stand-in, which knows what else they depend on.
        System.setProperty("limbeck.cuda.cache", "");
        System.setProperty("org.bytedeco.javacpp.cachedir", KEPT.resolve("javacpp").toString());
        for (String library : libraries) {
            System.load(folder.resolve(library).toString());
        }
        loaded = true;
    }

    /** Sets a variable that the stand-ins read, such as the order of threads. */
    static void environment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        try (var arena = Arena.ofConfined()) {
            var set = linker.downcallHandle(linker.defaultLookup().findOrThrow("setenv"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            int code = (int) set.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
            if (code != 0) {
                throw new IllegalStateException("setenv " + name);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a program is on the path. */
    static boolean has(String program) {
        try {
            return new ProcessBuilder(program, "--version").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder of the stand-ins, built where their sources have changed. */
    private static Path libraries() {
        try {
            var texts = new ArrayList<String>();
            try (var files = Files.walk(SOURCES)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    texts.add(Files.readString(file));
                }
            }
            Path folder = KEPT.resolve("lib-" + ImageCache.key(texts).substring(0, 16));
            if (!Files.exists(folder)) {
                Files.createDirectories(KEPT);
                Path fresh = Files.createTempDirectory(KEPT, "lib");
                run(List.of("sh", SOURCES.resolve("driver/build.sh").toString(), fresh.toString()));
                try {
                    Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    // Another JVM may have been faster.
                    delete(fresh);
                    if (!Files.exists(folder)) {
                        throw e;
                    }
                }
            }
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("the emulated GPU could not be built", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param command the program and its arguments
     * @return what it said
     */
    static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException(command + " failed: " + said);
            }
            return said;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(command + " did not run", e);
        }
    }
}
