package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
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
 * Elementwise ops, against the loop that one would write in plain Java. The compiler vectorises those of relu and add by
 * itself, and the library can only be level with them; the others call {@link Math} number by number. The column
 * {@code bytes} is what is read and written in a second: read 2.5e10 as 25 GB/s.
 *
 * <p>The loops write into an array that is kept, the library into one from its pool.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh ElementwiseBench
 * One function, in the caches, on one thread:
 *   ./limbeck jmh 'ElementwiseBench.exp.*' -p size=65536 -p threads=1
 * Beside libtorch:
 *   ./limbeck bench --peers --only elementwise
 * In scalar loops, as without the Vector API:
 *   ./limbeck jmh ElementwiseBench -jvmArgsAppend -Dlimbeck.vector.bits=0
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ElementwiseBench {
    /** Elements of each operand. */
    @Param({"65536", "8388608"})
    public int size;

    /** Threads of the library's kernels; the plain loops take one. */
    @Param({"1", "2"})
    public int threads;

    private Tensor left;
    private Tensor right;
    private float[] x;
    private float[] y;
    private float[] z;

    /** Makes the operands. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
        left = Device.cpu().normal(Key.of(1), size);
        right = Device.cpu().normal(Key.of(2), size);
        x = left.toFloats();
        y = right.toFloats();
        z = new float[size];
    }

    /** Bytes moved. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** Bytes read and written in a second. */
        public double bytes;

        /** Starts an iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            bytes = 0;
        }
    }

    /**
     * {@link Tensor#relu}.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object relu(Work work) {
        work.bytes += 8.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.relu().shape();
        }
    }

    /**
     * The baseline of {@link #relu}.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] reluLoop(Work work) {
        work.bytes += 8.0 * size;
        for (int i = 0; i < size; i++) {
            z[i] = Math.max(x[i], 0);
        }
        return z;
    }

    /**
     * {@link Tensor#add(limbeck.tensor.TensorOps)}.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object add(Work work) {
        work.bytes += 12.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.add(right).shape();
        }
    }

    /**
     * The baseline of {@link #add}.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] addLoop(Work work) {
        work.bytes += 12.0 * size;
        for (int i = 0; i < size; i++) {
            z[i] = x[i] + y[i];
        }
        return z;
    }

    /**
     * {@link Tensor#exp}.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object exp(Work work) {
        work.bytes += 8.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.exp().shape();
        }
    }

    /**
     * The baseline of {@link #exp}.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] expLoop(Work work) {
        work.bytes += 8.0 * size;
        for (int i = 0; i < size; i++) {
            z[i] = (float) Math.exp(x[i]);
        }
        return z;
    }

    /**
     * {@link Tensor#tanh}.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object tanh(Work work) {
        work.bytes += 8.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.tanh().shape();
        }
    }

    /**
     * The baseline of {@link #tanh}.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] tanhLoop(Work work) {
        work.bytes += 8.0 * size;
        for (int i = 0; i < size; i++) {
            z[i] = (float) Math.tanh(x[i]);
        }
        return z;
    }

    /**
     * {@link Tensor#gelu}, the exact form.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object gelu(Work work) {
        work.bytes += 8.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.gelu().shape();
        }
    }

    /**
     * {@link Tensor#geluTanh}.
     *
     * @param work counts
     * @return something of the result
     */
    @Benchmark
    public Object geluTanh(Work work) {
        work.bytes += 8.0 * size;
        try (var _ = limbeck.tensor.Scope.open()) {
            return left.geluTanh().shape();
        }
    }

    /**
     * The baseline of {@link #gelu} and {@link #geluTanh}; {@link Math} has no error function for the exact form.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] geluLoop(Work work) {
        work.bytes += 8.0 * size;
        for (int i = 0; i < size; i++) {
            double v = x[i];
            z[i] = (float) (v / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))));
        }
        return z;
    }
}
