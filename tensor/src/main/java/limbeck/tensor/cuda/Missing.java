package limbeck.tensor.cuda;

/** Sentences that say which part of CUDA is missing on this machine, and what to add. No class of CUDA is touched here. */
final class Missing {
    static final String ARTIFACTS = "org.bytedeco:javacpp:1.5.13 and org.bytedeco:cuda:13.1-9.19-1.5.13, each also with classifier"
            + " linux-x86_64";

    private Missing() {
    }

    /** The presets' classes are not on the path. */
    static String artifacts() {
        return "the JavaCPP presets for CUDA are not on the class path; add the artifacts " + ARTIFACTS;
    }

    /**
     * A library could not be loaded.
     *
     * @param library the one that was wanted
     * @param error what came instead
     * @return a sentence
     */
    static String library(String library, Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String said = String.valueOf(cause.getMessage()).lines().findFirst().orElse("").strip();
        // What the loader says names the library that it did not find, which need not be the one it was asked for.
        String missing = said.contains("libnccl.so") ? "libnccl.so.2" : said.contains("libcuda.so") ? "libcuda.so.1" : said.contains("libcudart.so") ? "libcudart.so.13"
                : said.contains("libnvrtc") ? "libnvrtc.so.13"
                : said.contains("jnijavacpp") || said.contains("jnicuda") || said.contains("no jninccl") ? "jni" : library;
        return switch (missing) {
            case "libcuda.so.1" -> "there is no NVIDIA driver (libcuda.so.1 was not found); install driver 580 or later";
            case "libcudart.so.13" -> "the CUDA runtime is missing (libcudart.so.13 was not found); install CUDA 13 and put its library"
                    + " folder on LD_LIBRARY_PATH";
            case "libnvrtc.so.13" -> "the CUDA compiler is missing (libnvrtc.so.13 was not found); install CUDA 13 (cuda-nvrtc) and put its"
                    + " library folder on LD_LIBRARY_PATH";
            case "libnccl.so.2" -> "NCCL is missing (libnccl.so.2 was not found); install NCCL 2 for CUDA 13 and put its library folder on"
                    + " LD_LIBRARY_PATH";
            case "jni" -> "the native part of the JavaCPP presets is missing (" + said + "); add the artifacts " + ARTIFACTS;
            default -> "a library of CUDA could not be loaded (" + said + ")";
        };
    }
}
