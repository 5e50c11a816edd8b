package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import limbeck.tensor.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ParallelTest {
    private final int before = Threads.count();

    @AfterEach
    void restore() {
        Threads.use(before);
    }

    @Test
    void everyIndexOnceInChunksFixedByTheRangeAlone() {
        for (int threads : new int[] {1, 2, 3, 5}) {
            Threads.use(threads);
            for (int n : new int[] {0, 1, 2, 7, 63, 64, 65, 1000}) {
                for (int grain : new int[] {1, 2, 7, 64, 2000, Integer.MAX_VALUE}) {
                    var seen = new AtomicIntegerArray(n);
                    Parallel.range(n, grain, (from, to) -> {
                        assertEquals(0, from % grain);
                        assertEquals(Math.min(n - from, grain), to - from);
                        for (int i = from; i < to; i++) {
                            seen.incrementAndGet(i);
                        }
                    });
                    for (int i = 0; i < n; i++) {
                        assertEquals(1, seen.get(i), "index " + i + " of " + n + ", grain " + grain + ", threads " + threads);
                    }
                }
            }
        }
    }

    @Test
    void rangesUpToTheLargestInteger() {
        Threads.use(3);
        int n = Integer.MAX_VALUE;
        var total = new java.util.concurrent.atomic.AtomicLong();
        Parallel.range(n, 1 << 28, (from, to) -> total.addAndGet(to - from));
        assertEquals(n, total.get());
    }

    @Test
    void asManyThreadsAsAskedFor() throws InterruptedException {
        for (int threads : new int[] {4, 2, 1, 3}) {
            Threads.use(threads);
            Set<Thread> workers = ConcurrentHashMap.newKeySet();
            // Each chunk waits for the others: with fewer threads than asked for, this would time out.
            var all = new CountDownLatch(threads);
            Parallel.range(threads, 1, (from, to) -> {
                workers.add(Thread.currentThread());
                all.countDown();
                await(all);
            });
            assertEquals(threads, workers.size());
            assertTrue(workers.contains(Thread.currentThread()));
            assertTrue(workers.stream().allMatch(t -> t == Thread.currentThread() || t.isDaemon()));

            workers.clear();
            Parallel.range(1000, 1, (from, to) -> workers.add(Thread.currentThread()));
            assertTrue(workers.size() <= threads);
        }
    }

    @Test
    void workersThatSleepWakeUp() throws InterruptedException {
        Threads.use(2);
        for (int round = 0; round < 3; round++) {
            Thread.sleep(100);
            var both = new CountDownLatch(2);
            Parallel.range(2, 1, (from, to) -> {
                both.countDown();
                await(both);
            });
        }
    }

    @Test
    void theFirstExceptionReachesTheCallerOnceAllAreDone() {
        Threads.use(3);
        for (int failing : new int[] {0, 5, 99}) {
            var running = new AtomicInteger();
            var failure = new IllegalStateException("chunk " + failing);
            var thrown = assertThrows(IllegalStateException.class, () -> Parallel.range(100, 1, (from, to) -> {
                running.incrementAndGet();
                try {
                    if (from == failing) {
                        throw failure;
                    }
                } finally {
                    running.decrementAndGet();
                }
            }));
            assertSame(failure, thrown);
            assertEquals(0, running.get());
        }
        var error = new AssertionError("an error too");
        assertSame(error, assertThrows(AssertionError.class, () -> Parallel.range(9, 1, (from, to) -> {
            throw error;
        })));
        int[] sum = new int[10];
        Parallel.range(10, 1, (from, to) -> sum[from] = from);
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, sum, "the workers go on after a failure");
    }

    @Test
    void nestedRangesRunInline() {
        Threads.use(3);
        var seen = new AtomicInteger();
        Parallel.range(20, 1, (from, to) -> {
            Thread outer = Thread.currentThread();
            Parallel.range(30, 1, (a, b) -> {
                assertSame(outer, Thread.currentThread());
                seen.incrementAndGet();
            });
        });
        assertEquals(600, seen.get());
    }

    @Test
    void manyCallersAtOnce() throws InterruptedException {
        Threads.use(2);
        var callers = new ArrayList<Thread>();
        var wrong = new AtomicInteger();
        for (int c = 0; c < 4; c++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 500; round++) {
                    int[] values = new int[64];
                    Parallel.range(64, 4, (from, to) -> Arrays.fill(values, from, to, 1));
                    if (Arrays.stream(values).sum() != 64) {
                        wrong.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(0, wrong.get());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS), "a thread is missing");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
