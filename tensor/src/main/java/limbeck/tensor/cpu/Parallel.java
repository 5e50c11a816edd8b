package limbeck.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import limbeck.tensor.Threads;

/**
 * Loops over ranges on several threads.
 *
 * {@snippet :
 * Parallel.range(rows, 16, (from, to) -> {
 *     for (int row = from; row < to; row++) {
 *         // each row exactly once, on some thread
 *     }
 * });
 * }
 *
 * <p>A range is cut into chunks that depend on its length and grain alone, never on the number of threads: a body that
 * computes chunk by chunk gives the same bits on any machine. The caller works too, and the workers are daemon threads.
 * They are fed by one job at a time: a call from inside a body, or while another thread's job runs, does its own chunks
 * itself, which can neither deadlock nor oversubscribe the processors.
 */
final class Parallel {
    /** The work on one chunk. */
    @FunctionalInterface
    interface RangeBody {
        /**
         * Works on the indices {@code from <= i < to}.
         *
         * @param from the first index, a multiple of the grain
         * @param to one past the last index
         */
        void run(int from, int to);
    }

    // Waking a parked thread takes longer than a small kernel, and Linux may wake it onto the core of the thread that
    // calls. So a worker stays awake for about a millisecond: the kernels of a training step follow one another faster.
    private static final int SPINS_BEFORE_PARK = 1 << 15;
    // A pure spin can hold caller and worker on one core for a whole time slice; a yield now and then parts them.
    private static final int SPINS_BEFORE_YIELD = 64;

    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static volatile Job current;
    // Only the thread that has set BUSY touches the array.
    private static Worker[] workers = {};

    private Parallel() {
    }

    /**
     * Runs the body on the chunks {@code [i * grain, min(n, (i + 1) * grain))} of {@code [0, n)}, in any order, on at
     * most {@link Threads#count()} threads, and returns when all are done. A single chunk costs no more than a call.
     * If a body throws, chunks not yet begun are left out and the first exception comes back to the caller.
     *
     * @param n the length of the range
     * @param grain the length of a chunk, at least 1
     * @param body what to do with a chunk; called from several threads at once
     */
    static void range(int n, int grain, RangeBody body) {
        int chunks = Math.ceilDiv(n, grain);
        int threads = Math.min(Threads.count(), chunks);
        if (threads <= 1 || !BUSY.compareAndSet(false, true)) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                run(body, n, grain, chunk);
            }
            return;
        }
        var job = new Job(body, n, grain, chunks, threads - 1);
        try {
            hire(threads - 1);
            current = job;
            for (int i = 0; i < threads - 1; i++) {
                workers[i].wake();
            }
            job.work();
            job.await();
        } finally {
            current = null;
            BUSY.set(false);
        }
        job.rethrow();
    }

    private static void run(RangeBody body, int n, int grain, int chunk) {
        int from = chunk * grain;
        body.run(from, from + Math.min(n - from, grain));
    }

    private static void hire(int count) {
        int hired = workers.length;
        if (hired < count) {
            Worker[] more = Arrays.copyOf(workers, count);
            for (int i = hired; i < count; i++) {
                more[i] = new Worker(i);
            }
            // Not before: a thread that the system refuses must leave no gap.
            workers = more;
        }
    }

    /** One call of {@link #range}. */
    private static final class Job {
        private static final VarHandle NEXT;
        private static final VarHandle DONE;
        private static final VarHandle FAILURE;

        static {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                NEXT = lookup.findVarHandle(Job.class, "next", int.class);
                DONE = lookup.findVarHandle(Job.class, "done", int.class);
                FAILURE = lookup.findVarHandle(Job.class, "failure", Throwable.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final RangeBody body;
        private final int n;
        private final int grain;
        private final int chunks;
        private final int helpers;
        private volatile int next;
        private volatile int done;
        private volatile Throwable failure;

        Job(RangeBody body, int n, int grain, int chunks, int helpers) {
            this.body = body;
            this.n = n;
            this.grain = grain;
            this.chunks = chunks;
            this.helpers = helpers;
        }

        boolean wants(int worker) {
            return worker < helpers && next < chunks;
        }

        /** Takes chunks until none is left. */
        void work() {
            // The test first, so that a worker that looks in often does not count next up and over.
            while (next < chunks) {
                int chunk = (int) NEXT.getAndAdd(this, 1);
                if (chunk >= chunks) {
                    return;
                }
                if (failure == null) {
                    try {
                        Parallel.run(body, n, grain, chunk);
                    } catch (Throwable e) {
                        FAILURE.compareAndSet(this, null, e);
                    }
                }
                DONE.getAndAdd(this, 1);
            }
        }

        void await() {
            for (int spin = 1; done < chunks; spin++) {
                pause(spin);
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> { }
                case Error e -> throw e;
                case RuntimeException e -> throw e;
                case Throwable e -> throw new AssertionError("a range body cannot throw a checked exception", e);
            }
        }
    }

    private static void pause(int spin) {
        if (spin % SPINS_BEFORE_YIELD == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private static final class Worker implements Runnable {
        private final int index;
        private final Thread thread;
        private volatile boolean parked;

        Worker(int index) {
            this.index = index;
            thread = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).name("limbeck-cpu-" + (index + 1)).unstarted(this);
            thread.setContextClassLoader(null);
            thread.start();
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(thread);
            }
        }

        private Job job() {
            Job job = current;
            return job != null && job.wants(index) ? job : null;
        }

        @Override
        public void run() {
            int spin = 0;
            while (true) {
                Job job = job();
                if (job != null) {
                    job.work();
                    spin = 0;
                } else if (++spin < SPINS_BEFORE_PARK) {
                    pause(spin);
                } else {
                    // A job set before parked is seen here; one set after it finds parked and wakes this thread.
                    parked = true;
                    if (job() == null) {
                        LockSupport.park(this);
                    }
                    parked = false;
                    spin = 0;
                }
            }
        }
    }
}
