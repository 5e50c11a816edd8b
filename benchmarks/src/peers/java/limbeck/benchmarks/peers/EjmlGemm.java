package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.ejml.dense.row.CommonOps_MT_FDRM;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products by EJML, in pure Java.
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
public class EjmlGemm extends GemmPeer {
    private FMatrixRMaj a;
    private FMatrixRMaj b;
    private FMatrixRMaj c;

    @Override
    void prepare(float[] left, float[] right) {
        EjmlConcurrency.setMaxThreads(threads);
        a = FMatrixRMaj.wrap(m, k, left);
        b = FMatrixRMaj.wrap(k, n, right);
        c = new FMatrixRMaj(m, n);
    }

    @Override
    Object multiply() {
        return threads == 1 ? CommonOps_FDRM.mult(a, b, c) : CommonOps_MT_FDRM.mult(a, b, c);
    }

    @Override
    float[] result() {
        return c.data;
    }
}
