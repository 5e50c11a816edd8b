package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a user reads where a part of CUDA is missing, in JVMs of their own, because a library that is missing once is missing for good. */
final class CudaMissingTest {
    private static final String ARTIFACTS = "org.bytedeco:javacpp:1.5.13 and org.bytedeco:cuda:13.1-9.19-1.5.13, each also with"
            + " classifier linux-x86_64";

    @Test
    void withoutThePresets() {
        List<String> said = open(jar -> !isPreset(jar), List.of(), "cuda");
        assertEquals(List.of("refused: device: 'cuda:0' cannot be used, because the JavaCPP presets for CUDA are not on the class path; add"
                + " the artifacts " + ARTIFACTS), said.stream().distinct().toList());
    }

    @Test
    void theListSaysSoToo() {
        List<String> said = open(jar -> !isPreset(jar), List.of(), "list");
        assertTrue(said.contains("DeviceInfo[name=cuda:0, description=cannot be used, because the JavaCPP presets for CUDA are not on the class"
                + " path; add the artifacts " + ARTIFACTS + ", usable=false]"), said.toString());
        assertTrue(said.stream().anyMatch(line -> line.startsWith("DeviceInfo[name=cpu, ")), said.toString());
    }

    @Test
    void withoutTheirNativePart() {
        List<String> said = open(jar -> !isPreset(jar) || !jar.contains("linux-x86_64"), List.of(), "cuda");
        assertEquals(1, said.stream().distinct().count(), said.toString());
        assertTrue(said.getFirst().startsWith("refused: device: 'cuda:0' cannot be used, because the native part of the JavaCPP presets is"
                + " missing ("), said.toString());
        assertTrue(said.getFirst().endsWith("add the artifacts " + ARTIFACTS), said.toString());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void withoutADriver() {
        List<String> said = open(_ -> true, List.of(), "cuda");
        assumeFalse(said.getFirst().startsWith("computed"), "this machine has a driver");
        assumeFalse(said.getFirst().contains("CUDA_ERROR"), "this machine has a driver");
        assertEquals(List.of("refused: device: 'cuda:0' cannot be used, because there is no NVIDIA driver (libcuda.so.1 was not found);"
                + " install driver 580 or later"), said.stream().distinct().toList());
    }

    @Test
    @Tag("cuda-emulated")
    void withoutTheRuntime() {
        Emulator.only();
        assumeFalse(has("libcudart.so.13"), "this machine has the CUDA runtime");
        List<String> said = open(_ -> true, List.of(), "cuda", "libcuda.so.1");
        assertEquals(List.of("refused: device: 'cuda:0' cannot be used, because the CUDA runtime is missing (libcudart.so.13 was not"
                + " found); install CUDA 13 and put its library folder on LD_LIBRARY_PATH"), said.stream().distinct().toList());
    }

    @Test
    @Tag("cuda-emulated")
    void withoutTheCompiler() {
        Emulator.only();
        assumeFalse(has("libnvrtc.so.13"), "this machine has the CUDA compiler");
        List<String> said = open(_ -> true, List.of(), "cuda", "libcuda.so.1", "libcudart.so.13");
        assertEquals(List.of("refused: the CUDA compiler is missing (libnvrtc.so.13 was not found); install CUDA 13 (cuda-nvrtc) and put its"
                + " library folder on LD_LIBRARY_PATH"), said.stream().distinct().toList());
    }

    @Test
    @Tag("cuda-emulated")
    void withAllOfThem() {
        Emulator.only();
        assertEquals(List.of("computed: ()"),
                open(_ -> true, List.of(), "cuda", "libcuda.so.1", "libcudart.so.13", "libnvrtc.so.13").stream().distinct().toList());
    }

    @Test
    void whoStaysOnTheProcessorLoadsNothingOfIt() {
        List<String> said = open(_ -> true, List.of("-Xlog:class+load"), "cpu");
        assertTrue(said.stream().anyMatch(line -> line.contains("limbeck.tensor.cpu.CpuBackend ")), "classes are logged");
        assertTrue(said.contains("computed: ()"));
        for (String line : said) {
            assertFalse(line.contains(" org.bytedeco.") || line.contains(" limbeck.tensor.cuda.") && !line.contains("OpenDevice"), line);
        }
    }

    private static boolean isPreset(String jar) {
        String name = Path.of(jar).getFileName().toString();
        return name.startsWith("javacpp") || name.startsWith("cuda-");
    }

    /** Whether the machine itself has a library where the loader looks. */
    private static boolean has(String library) {
        String places = "PATH=$PATH:/sbin ldconfig -p; echo $LD_LIBRARY_PATH | tr : '\\n' | xargs -r ls";
        return Emulator.run(List.of("sh", "-c", places)).contains(library);
    }

    /** What {@link OpenDevice} says with a part of this class path. */
    private static List<String> open(Predicate<String> kept, List<String> options, String... args) {
        String path = String.join(File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(kept).toList());
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Dlimbeck.cuda.emulated=" + System.getProperty("limbeck.cuda.emulated", "target/cuda-emulated")));
        command.addAll(options);
        command.addAll(List.of("-cp", path, OpenDevice.class.getName()));
        command.addAll(List.of(args));
        // The JVM says which options it has picked up from the environment.
        return Emulator.run(command).lines()
                .filter(line -> !line.startsWith("WARNING") && !line.startsWith("Picked up ") && !line.contains("libraries were")).toList();
    }
}
