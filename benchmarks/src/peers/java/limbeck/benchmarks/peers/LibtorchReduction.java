package limbeck.benchmarks.peers;

import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
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
 * Reductions by libtorch.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck bench --peers --only reduction
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LibtorchReduction {
    private static final int COLUMNS = 1024;

    /** Rows of the matrix. */
    @Param("64")
    public int rows;

    /** Threads of the library. */
    @Param({"1", "2"})
    public int threads;

    private Tensor matrix;

    /** Makes the matrix and compares. */
    @Setup(Level.Trial)
    public void setUp() {
        Libtorch.load(threads);
        Threads.use(1);
        var ours = Device.cpu().normal(Key.of(1), rows, COLUMNS);
        matrix = Libtorch.of(ours);
        // Of random numbers around 0 the sum itself is near 0: compared beside what was added up.
        Agreement.require("sum", new float[] {(float) sum(), rows}, new float[] {(float) ours.sum().item(), rows}, 1e-3);
        Agreement.require("sum of rows", Libtorch.toFloats(matrix.sum(1)), ours.sum(1).toFloats(), 1e-5);
        Agreement.require("sum of columns", Libtorch.toFloats(matrix.sum(0)), ours.sum(0).toFloats(), 1e-5);
        Agreement.require("max of rows", Libtorch.toFloats(matrix.amax(new long[] {1}, false)), ours.max(1).toFloats(), 0);
    }

    /**
     * The sum of everything.
     *
     * @return the sum
     */
    @Benchmark
    public double sum() {
        try (var _ = new PointerScope()) {
            return matrix.sum().item_float();
        }
    }

    /**
     * The sum of each row.
     *
     * @return something of the result
     */
    @Benchmark
    public long sumRows() {
        try (var _ = new PointerScope()) {
            return matrix.sum(1).numel();
        }
    }

    /**
     * The sum of each column.
     *
     * @return something of the result
     */
    @Benchmark
    public long sumColumns() {
        try (var _ = new PointerScope()) {
            return matrix.sum(0).numel();
        }
    }

    /**
     * The largest number of each row.
     *
     * @return something of the result
     */
    @Benchmark
    public long maxRows() {
        try (var _ = new PointerScope()) {
            return matrix.amax(new long[] {1}, false).numel();
        }
    }
}
