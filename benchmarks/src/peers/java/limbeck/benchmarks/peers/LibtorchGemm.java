package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products by libtorch, into a result that is kept.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only gemm
 * </pre>
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchGemm extends GemmPeer {
    private Tensor a;
    private Tensor b;
    private Tensor c;

    @Override
    void prepare(float[] left, float[] right) {
        Libtorch.load(threads);
        a = Tensor.create(left, m, k);
        b = Tensor.create(right, k, n);
        c = Tensor.create(new float[m * n], m, n);
    }

    @Override
    Object multiply() {
        try (var _ = new PointerScope()) {
            torch.mm_out(c, a, b);
        }
        return c;
    }

    @Override
    float[] result() {
        return Libtorch.toFloats(c);
    }
}
