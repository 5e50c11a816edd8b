package limbeck.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch in this JVM: PyTorch's own build with MKL and oneDNN, called through the JavaCPP presets. Those come with a build of
 * theirs too, which computes products with OpenBLAS and is slower; theirs is not used.
 */
final class Libtorch {
    /** Channels apart, PyTorch's default. */
    static final String NCHW = "nchw";
    /** Channels together. */
    static final String CHANNELS_LAST = "channels_last";

    private Libtorch() {
    }

    /**
     * Loads it and sets its threads.
     *
     * @throws UnsatisfiedLinkError if there is no build for this platform
     */
    static void load(int threads) {
        // All read when JavaCPP's classes are initialized: look into the library path first, and count no memory, which costs
        // time at each call and frees nothing here, where pointer scopes do.
        System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
        System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.setProperty("org.bytedeco.javacpp.noPointerGC", "true");
        System.setProperty("java.library.path", folder() + File.pathSeparator + System.getProperty("java.library.path", ""));
        Loader.load(torch.class);
        if (!torch.hasMKL()) {
            throw new UnsatisfiedLinkError("the presets' own libtorch was loaded, not PyTorch's build with MKL");
        }
        torch.set_num_threads(threads);
    }

    /** The unpacked libraries, in JavaCPP's cache. */
    private static File folder() {
        String resource = "/pytorch/cpu/" + Loader.getPlatform();
        try {
            File[] found = Libtorch.class.getResource(resource) == null ? new File[0] : Loader.cacheResources(resource);
            if (found.length > 0) {
                return found[0];
            }
        } catch (IOException e) {
            throw new UnsatisfiedLinkError("libtorch cannot be unpacked: " + e.getMessage());
        }
        throw new UnsatisfiedLinkError("there is no libtorch for " + Loader.getPlatform() + " among the libraries of profile peers");
    }

    /** A copy of a tensor of ours. */
    static Tensor of(limbeck.tensor.Tensor ours) {
        return Tensor.create(ours.toFloats(), Arrays.stream(ours.shape().dims()).asLongStream().toArray());
    }

    /** A copy of images or of the weights of a convolution, in a layout; other tensors stay as they are. */
    static Tensor of(limbeck.tensor.Tensor ours, String layout) {
        Tensor copy = of(ours);
        return layout.equals(CHANNELS_LAST) && copy.dim() == 4 ? copy.contiguous(torch.MemoryFormat.ChannelsLast) : copy;
    }

    /** The numbers in row-major order. */
    static float[] toFloats(Tensor tensor) {
        try (var _ = new PointerScope()) {
            Tensor dense = tensor.detach().contiguous();
            var numbers = new float[(int) dense.numel()];
            new FloatPointer(dense.data_ptr()).get(numbers);
            return numbers;
        }
    }

    /** Forward and backward of {@code sum(f(x) * g)}; the gradient is left in x. */
    static void step(UnaryOperator<Tensor> f, Tensor x, Tensor g) {
        try (var _ = new PointerScope()) {
            x.mutable_grad().reset();
            f.apply(x).mul(g).sum().backward();
        }
    }

    /** The gradient for an input that {@link #step} left. */
    static float[] gradient(Tensor x) {
        return toFloats(x.grad());
    }
}
