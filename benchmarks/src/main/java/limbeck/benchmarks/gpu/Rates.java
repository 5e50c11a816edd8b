package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Locale;
import limbeck.tensor.Device;
import limbeck.tensor.Precision;

/**
 * What a GPU reaches in single kernels: gigabytes a second where memory decides, teraflops where multiplications do, each beside a
 * library of CUDA in the same process.
 *
 * <pre>
 * HOW TO RUN, on a machine with a GPU, after benchmarks/gpu-check.sh or as a part of it:
 *   java -cp ... limbeck.benchmarks.gpu.Rates [--device cuda:0] [--out FILE] [--precision tf32] [--quick]
 * </pre>
 *
 * Without the libraries, or in a build without {@code -Pgpu}, ours is measured alone. {@code --quick} has sizes of toys.
 */
public final class Rates {
    /** How long a series of launches lasts: all of it has to fit into two minutes. */
    private static final double SECONDS = 0.03;
    private static final double QUICK_SECONDS = 0.001;

    private Rates() {
    }

    /**
     * Measures.
     *
     * @param args see above
     */
    public static void main(String[] args) {
        Program.run(() -> measure(args));
    }

    private static void measure(String... args) {
        // The most wanted first.
        Options options = Options.parse(List.of(Precision.TF32, Precision.FP32, Precision.BF16, Precision.STRICT), args);
        var figures = new Figures(options.out());
        Ours ours = Ours.on(Device.of(options.device()), new Stopwatch(options.quick() ? QUICK_SECONDS : SECONDS));
        figures.attempt("memory", () -> MemoryRates.measure(ours, figures, options.quick()));
        figures.attempt("products", () -> ProductRates.measure(ours, figures, options));
        figures.attempt("convolutions", () -> ConvolutionRates.measure(ours, figures, options));
    }

    /** As on the command line. */
    static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }
}
