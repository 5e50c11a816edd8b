package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products by Intel's MKL, in memory of its own so that nothing is copied.
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
public class MklGemm extends GemmPeer {
    private FloatPointer a;
    private FloatPointer b;
    private FloatPointer c;

    @Override
    void prepare(float[] left, float[] right) {
        mkl_rt.MKL_Set_Dynamic(0);
        mkl_rt.MKL_Set_Num_Threads(threads);
        a = new FloatPointer(left);
        b = new FloatPointer(right);
        c = new FloatPointer((long) m * n);
    }

    @Override
    Object multiply() {
        mkl_rt.cblas_sgemm(mkl_rt.CblasRowMajor, mkl_rt.CblasNoTrans, mkl_rt.CblasNoTrans, m, n, k, 1, a, k, b, n, 0, c, n);
        return c;
    }

    @Override
    float[] result() {
        var result = new float[m * n];
        c.get(result);
        return result;
    }
}
