package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import limbeck.benchmarks.compare.Yardstick;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the machine can do, as a baseline for everything else: 10^9 flops of fused multiply-adds between registers, and copies
 * of an array of 32 MiB. Calls of {@link #fma} a second are GFLOP/s; over {@link #plainFma} they are what vectors are worth.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh PeakBench
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class PeakBench {
    private static final int PLAIN_SUMS = 8;
    private static final int PLAIN_ROUNDS = 1_000_000_000 / (2 * PLAIN_SUMS);

    /** Threads that compute at the same time. */
    @Param({"1", "2"})
    public int threads;

    private final Yardstick fma = Yardstick.fma();
    private final Yardstick copy = Yardstick.copy();
    private float factor = 0.999f;

    /**
     * 10^9 flops on each thread; so this many times the threads is done in a call.
     *
     * @return something of the result
     * @throws InterruptedException if the thread is interrupted
     */
    @Benchmark
    public double fma() throws InterruptedException {
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.length; i++) {
            others[i] = Thread.ofPlatform().start(() -> Yardstick.fma().run());
        }
        double result = fma.run();
        for (Thread other : others) {
            other.join();
        }
        return result;
    }

    /**
     * The baseline of {@link #fma}: as many flops in plain Java, one number at a time, on one thread.
     *
     * @return something of the result
     */
    @Benchmark
    public float plainFma() {
        float x = factor;
        float y = 1 - factor;
        float a0 = 0;
        float a1 = 1;
        float a2 = 2;
        float a3 = 3;
        float a4 = 4;
        float a5 = 5;
        float a6 = 6;
        float a7 = 7;
        for (int i = 0; i < PLAIN_ROUNDS; i++) {
            a0 = Math.fma(a0, x, y);
            a1 = Math.fma(a1, x, y);
            a2 = Math.fma(a2, x, y);
            a3 = Math.fma(a3, x, y);
            a4 = Math.fma(a4, x, y);
            a5 = Math.fma(a5, x, y);
            a6 = Math.fma(a6, x, y);
            a7 = Math.fma(a7, x, y);
        }
        return a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
    }

    /**
     * A copy of 32 MiB, on one thread.
     *
     * @return something of the result
     */
    @Benchmark
    public double copy() {
        return copy.run();
    }
}
