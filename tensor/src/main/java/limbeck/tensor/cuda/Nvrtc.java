package limbeck.tensor.cuda;

import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * NVIDIA's runtime compiler: CUDA text to an image for one architecture. Images are for the device itself (CUBIN), not the
 * portable PTX, which an older driver than the compiler may refuse; they are kept by {@link ImageCache}.
 */
final class Nvrtc {
    private Nvrtc() {
    }

    /**
     * Compiles, or takes what was compiled before.
     *
     * @param file what to call the source in messages
     * @param source the CUDA text
     * @param capability of the device, such as 90
     * @param options of the compiler, besides the architecture and the language
     * @return the image
     * @throws IllegalStateException if the compiler is missing, or refuses the source, with its messages
     */
    static byte[] compile(String file, String source, int capability, String... options) {
        var all = new ArrayList<>(List.of("--gpu-architecture=sm_" + capability, "--std=c++17"));
        all.addAll(List.of(options));
        String version = version();
        String key = ImageCache.key(List.of(version, file, source, String.join("\n", all)));
        return ImageCache.image(file, key, () -> compile(file, source, all));
    }

    /** The compiler's version, which is part of what an image depends on. */
    private static String version() {
        try {
            int[] major = new int[1];
            int[] minor = new int[1];
            check(nvrtcVersion(major, minor), "nvrtcVersion");
            return major[0] + "." + minor[0];
        } catch (LinkageError missing) {
            throw new IllegalStateException(Missing.library("libnvrtc.so.13", missing), missing);
        }
    }

    private static byte[] compile(String file, String source, List<String> options) {
        var program = new _nvrtcProgram();
        // All arguments as pointers: the overload for strings wants tables of them besides.
        try (var text = new BytePointer(source, StandardCharsets.UTF_8); var name = new BytePointer(file, StandardCharsets.UTF_8);
                var flags = new PointerPointer<BytePointer>(options.toArray(String[]::new)); var size = new SizeTPointer(1)) {
            check(nvrtcCreateProgram(program, text, name, 0, (PointerPointer<?>) null, (PointerPointer<?>) null), "nvrtcCreateProgram");
            int code = nvrtcCompileProgram(program, options.size(), flags);
            if (code != NVRTC_SUCCESS) {
                throw new IllegalStateException("cuda: the compiler refuses " + file + " with " + options + ": "
                        + nvrtcGetErrorString(code).getString() + "\n" + log(program));
            }
            check(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
            byte[] image = new byte[Math.toIntExact(size.get())];
            check(nvrtcGetCUBIN(program, image), "nvrtcGetCUBIN");
            return image;
        } finally {
            if (!program.isNull()) {
                nvrtcDestroyProgram(program);
            }
        }
    }

    private static String log(_nvrtcProgram program) {
        try (var size = new SizeTPointer(1)) {
            check(nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
            byte[] text = new byte[Math.toIntExact(size.get())];
            if (text.length > 0) {
                check(nvrtcGetProgramLog(program, text), "nvrtcGetProgramLog");
            }
            return new String(text, StandardCharsets.UTF_8).split("\0", 2)[0].strip();
        }
    }

    private static void check(int code, String what) {
        if (code != NVRTC_SUCCESS) {
            BytePointer text = nvrtcGetErrorString(code);
            throw new IllegalStateException("cuda: " + what + " failed with " + (text == null ? code : text.getString()));
        }
    }
}
