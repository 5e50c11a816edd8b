package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products by OpenBLAS, in memory of its own so that nothing is copied.
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
public class OpenBlasGemm extends GemmPeer {
    private FloatPointer a;
    private FloatPointer b;
    private FloatPointer c;

    @Override
    void prepare(float[] left, float[] right) {
        openblas_nolapack.blas_set_num_threads(threads);
        a = new FloatPointer(left);
        b = new FloatPointer(right);
        c = new FloatPointer((long) m * n);
    }

    @Override
    Object multiply() {
        openblas_nolapack.cblas_sgemm(openblas_nolapack.CblasRowMajor, openblas_nolapack.CblasNoTrans, openblas_nolapack.CblasNoTrans, m, n, k,
                1, a, k, b, n, 0, c, n);
        return c;
    }

    @Override
    float[] result() {
        var result = new float[m * n];
        c.get(result);
        return result;
    }
}
