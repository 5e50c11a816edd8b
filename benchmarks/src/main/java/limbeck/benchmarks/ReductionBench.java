package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
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
 * Reductions of a matrix of (rows, 1024) numbers, in matrices a second, against plain loops. A Java compiler may not reorder
 * a sum of floats, so its loop adds one number after the other.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh ReductionBench
 * Sums of rows in the caches, on one thread:
 *   ./limbeck jmh 'ReductionBench.sumRows.*' -p rows=64 -p threads=1
 * Beside libtorch:
 *   ./limbeck bench --peers --only reduction
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ReductionBench {
    private static final int COLUMNS = 1024;

    /** Rows: 64 lie in the second-level cache, 8192 do not. */
    @Param({"64", "8192"})
    public int rows;

    /** Threads of the library's kernels; the plain loops take one. */
    @Param({"1", "2"})
    public int threads;

    private Tensor matrix;
    private float[] x;
    private float[] y;

    /** Makes the matrix. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        matrix = Device.cpu().normal(Key.of(1), rows, COLUMNS);
        x = matrix.toFloats();
        y = new float[rows];
    }

    /**
     * The sum of everything.
     *
     * @return the sum
     */
    @Benchmark
    public double sum() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return matrix.sum().item();
        }
    }

    /**
     * The sum of each row, as softmax needs it.
     *
     * @return something of the result
     */
    @Benchmark
    public Object sumRows() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return matrix.sum(1).shape();
        }
    }

    /**
     * The baseline of {@link #sum} and {@link #sumRows}.
     *
     * @return the sums
     */
    @Benchmark
    public float[] sumRowsLoop() {
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int i = row * COLUMNS; i < (row + 1) * COLUMNS; i++) {
                sum += x[i];
            }
            y[row] = sum;
        }
        return y;
    }

    /**
     * The sum of each column, as the gradient of a bias needs it.
     *
     * @return something of the result
     */
    @Benchmark
    public Object sumColumns() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return matrix.sum(0).shape();
        }
    }

    /**
     * The largest number of each row.
     *
     * @return something of the result
     */
    @Benchmark
    public Object maxRows() {
        try (var _ = limbeck.tensor.Scope.open()) {
            return matrix.max(1).shape();
        }
    }

    /**
     * The baseline of {@link #maxRows}.
     *
     * @return the maxima
     */
    @Benchmark
    public float[] maxRowsLoop() {
        for (int row = 0; row < rows; row++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = row * COLUMNS; i < (row + 1) * COLUMNS; i++) {
                max = Math.max(max, x[i]);
            }
            y[row] = max;
        }
        return y;
    }
}
