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
 * of an array of 32 MiB. Calls of {@link #fma} a second are GFLOP/s.
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
    /** Threads that compute at the same time. */
    @Param({"1", "2"})
    public int threads;

    private final Yardstick fma = Yardstick.fma();
    private final Yardstick copy = Yardstick.copy();

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
     * A copy of 32 MiB, on one thread.
     *
     * @return something of the result
     */
    @Benchmark
    public double copy() {
        return copy.run();
    }
}
