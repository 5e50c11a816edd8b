package limbeck.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.MatMul;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products of the sizes that layers make, against a triple loop in the order i, k, j.
 * The column {@code flops} is arithmetic a second: read 1.0e11 as 100 GFLOP/s; {@code matmul} over {@code tripleLoop} is
 * what the kernels are worth.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh GemmBench
 * One shape, two threads, machine-readable:
 *   ./limbeck jmh GemmBench.matmul -p shape=512x512x512 -p form=NN -p threads=2 -rf json -rff gemm.json
 * Beside MKL, OpenBLAS, libtorch and EJML:
 *   ./limbeck bench --peers --only gemm
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class GemmBench {
    /** Rows of C by columns of C by length of the sums. */
    @Param({"128x128x128", "256x256x256", "512x512x512", "1024x1024x1024", "2048x2048x2048", "64x784x576", "128x196x1152", "256x10x128",
        "4096x64x27", "16384x64x576", "50000x64x147", "128x1200x784", "784x1200x128", "1x1200x784", "64x576x8192"})
    public String shape;

    /** Whether the left and the right operand lie normally (N) or transposed (T). */
    @Param({"NN", "NT", "TN"})
    public String form;

    /** Threads of the kernels. */
    @Param({"1", "2"})
    public int threads;

    private int m;
    private int n;
    private int k;
    private Tensor left;
    private Tensor right;
    private MatMul op;
    private float[] a;
    private float[] b;
    private float[] c;

    /** Makes the operands. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        int[] dims = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        m = dims[0];
        n = dims[1];
        k = dims[2];
        boolean transposeLeft = form.charAt(0) == 'T';
        boolean transposeRight = form.charAt(1) == 'T';
        op = new MatMul(transposeLeft, transposeRight);
        left = Device.cpu().normal(Key.of(1), transposeLeft ? k : m, transposeLeft ? m : k);
        right = Device.cpu().normal(Key.of(2), transposeRight ? n : k, transposeRight ? k : n);
        a = Device.cpu().normal(Key.of(1), m, k).toFloats();
        b = Device.cpu().normal(Key.of(2), k, n).toFloats();
        c = new float[m * n];
    }

    /** Arithmetic done. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** Floating-point operations a second. */
        public double flops;

        /** Starts an iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            flops = 0;
        }
    }

    /**
     * The library's product, its result back in the pool each time.
     *
     * @param work counts
     * @return a value of the result, so that it is needed
     */
    @Benchmark
    public Object matmul(Work work) {
        work.flops += 2.0 * m * n * k;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.apply(op, List.of(right)).shape();
        }
    }

    /**
     * The baseline: plain Java, one thread, operands as they lie in form NN.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] tripleLoop(Work work) {
        work.flops += 2.0 * m * n * k;
        float[] a = this.a;
        float[] b = this.b;
        float[] c = this.c;
        Arrays.fill(c, 0);
        for (int i = 0; i < m; i++) {
            for (int x = 0; x < k; x++) {
                float value = a[i * k + x];
                for (int j = 0; j < n; j++) {
                    c[i * n + j] += value * b[x * n + j];
                }
            }
        }
        return c;
    }
}
