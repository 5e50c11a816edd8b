package limbeck.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Why tensors lie in Java arrays: the same Vector API loops over {@code float[]} and over native memory segments aligned to 64
 * bytes, on one thread. It uses nothing of the library. The methods on arrays are the baseline; the column {@code bytes} is
 * what a pass reads and writes in a second: read 2.5e10 as 25 GB/s.
 *
 * <p>Look at the spread between forks, not at the means alone: what counted against segments was single JVMs in which
 * vectors stayed objects and a loop ran many times slower.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh StorageBench
 * More JVMs of one pass, in the caches:
 *   ./limbeck jmh 'StorageBench.exp.*' -p size=65536 -f 10
 * Fresh results, with what they allocate:
 *   ./limbeck jmh 'StorageBench.fresh.*' -p size=8388608 -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class StorageBench {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long ALIGNMENT = 64;
    /** The extent of the sums of {@link #expArray}, as of the rows of a softmax; a multiple of every vector's length. */
    private static final int ROW = 1024;

    /** Elements of each operand, a multiple of the row: 256 KiB lie in the second-level cache, 32 MiB do not. */
    @Param({"65536", "8388608"})
    public int size;

    private float[] x;
    private float[] y;
    private float[] z;
    private Arena arena;
    private MemorySegment xs;
    private MemorySegment ys;
    private MemorySegment zs;
    private float[] sums;

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

    /** Makes the operands: the same numbers from -8 to 8 on both sides. */
    @Setup(Level.Trial)
    public void setUp() {
        x = new float[size];
        y = new float[size];
        z = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = i % 1601 * 0.01f - 8;
            y[i] = i % 1201 * 0.01f - 6;
        }
        arena = Arena.ofConfined();
        xs = copy(x);
        ys = copy(y);
        zs = copy(z);
        sums = new float[size / ROW];
    }

    private MemorySegment copy(float[] from) {
        return arena.allocate(4L * size, ALIGNMENT).copyFrom(MemorySegment.ofArray(from));
    }

    /** Frees the segments. */
    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    /**
     * {@code max(x, 0)}, arrays.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] reluArray(Work work) {
        work.bytes += 8.0 * size;
        relu(x, z);
        return z;
    }

    /**
     * {@code max(x, 0)}, native segments.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public MemorySegment reluSegment(Work work) {
        work.bytes += 8.0 * size;
        relu(xs, zs);
        return zs;
    }

    /**
     * {@code x + y}, arrays.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] addArray(Work work) {
        work.bytes += 12.0 * size;
        for (int i = 0; i < size; i += L) {
            FloatVector.fromArray(S, x, i).add(FloatVector.fromArray(S, y, i)).intoArray(z, i);
        }
        return z;
    }

    /**
     * {@code x + y}, native segments.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public MemorySegment addSegment(Work work) {
        work.bytes += 12.0 * size;
        for (int i = 0; i < size; i += L) {
            FloatVector.fromMemorySegment(S, xs, 4L * i, ORDER).add(FloatVector.fromMemorySegment(S, ys, 4L * i, ORDER))
                    .intoMemorySegment(zs, 4L * i, ORDER);
        }
        return zs;
    }

    /**
     * A polynomial for exp, and the sum of each row of 1024: the pass of a softmax; arrays.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] expArray(Work work) {
        work.bytes += 8.0 * size;
        for (int row = 0; row < sums.length; row++) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = row * ROW; i < (row + 1) * ROW; i += L) {
                FloatVector e = exp(FloatVector.fromArray(S, x, i));
                e.intoArray(z, i);
                sum = sum.add(e);
            }
            sums[row] = sum.reduceLanes(VectorOperators.ADD);
        }
        return sums;
    }

    /**
     * The same on native segments.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] expSegment(Work work) {
        work.bytes += 8.0 * size;
        for (int row = 0; row < sums.length; row++) {
            FloatVector sum = FloatVector.zero(S);
            for (int i = row * ROW; i < (row + 1) * ROW; i += L) {
                FloatVector e = exp(FloatVector.fromMemorySegment(S, xs, 4L * i, ORDER));
                e.intoMemorySegment(zs, 4L * i, ORDER);
                sum = sum.add(e);
            }
            sums[row] = sum.reduceLanes(VectorOperators.ADD);
        }
        return sums;
    }

    /**
     * {@code max(x, 0)} into a new array, which the garbage collector frees.
     *
     * @param work counts
     * @return the result
     */
    @Benchmark
    public float[] freshArray(Work work) {
        work.bytes += 8.0 * size;
        float[] result = new float[size];
        relu(x, result);
        return result;
    }

    /**
     * {@code max(x, 0)} into a new native segment, freed at once.
     *
     * @param work counts
     * @return an element of the result
     */
    @Benchmark
    public byte freshSegment(Work work) {
        work.bytes += 8.0 * size;
        try (var fresh = Arena.ofConfined()) {
            MemorySegment result = fresh.allocate(4L * size, ALIGNMENT);
            relu(xs, result);
            return result.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    private void relu(float[] from, float[] to) {
        for (int i = 0; i < size; i += L) {
            FloatVector.fromArray(S, from, i).max(0).intoArray(to, i);
        }
    }

    private void relu(MemorySegment from, MemorySegment to) {
        for (int i = 0; i < size; i += L) {
            FloatVector.fromMemorySegment(S, from, 4L * i, ORDER).max(0).intoMemorySegment(to, 4L * i, ORDER);
        }
    }

    /** exp for the range that is tried here: 2^n times a Taylor polynomial in what is left of x after n ln 2. */
    private static FloatVector exp(FloatVector x) {
        // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
        FloatVector t = x.mul(0x1.715476p0f).add(0x1.8p23f);
        FloatVector n = t.sub(0x1.8p23f);
        FloatVector r = n.mul(-0x1.62e43p-1f).add(x);
        FloatVector p = r.mul(1 / 120f).add(1 / 24f);
        p = p.fma(r, FloatVector.broadcast(S, 1 / 6f));
        p = p.fma(r, FloatVector.broadcast(S, 0.5f));
        p = p.fma(r, FloatVector.broadcast(S, 1));
        p = p.fma(r, FloatVector.broadcast(S, 1));
        FloatVector power = t.reinterpretAsInts().sub(0x4B400000 - 127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(power);
    }
}
