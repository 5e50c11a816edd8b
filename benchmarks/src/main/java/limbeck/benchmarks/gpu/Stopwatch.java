package limbeck.benchmarks.gpu;

/**
 * Times work that is queued: many launches, then one wait.
 *
 * @param seconds how long a series lasts, about
 */
record Stopwatch(double seconds) {
    private static final double NANOS = 1e-9;
    private static final int SERIES = 3;
    private static final int WARM_UP = 3;
    private static final int MOST = 20_000;

    /**
     * The time of one launch, the best of three series, after a warm-up as long as one.
     *
     * @param launch queues the work
     * @param await waits for all that is queued
     * @return seconds
     */
    double time(Runnable launch, Runnable await) {
        // First come compilers, choices of algorithms and memory.
        series(launch, await, WARM_UP);
        double guess = Math.max(series(launch, await, WARM_UP), 1e-7);
        int count = (int) Math.clamp(seconds / guess, 1, MOST);
        series(launch, await, count);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < SERIES; i++) {
            best = Math.min(best, series(launch, await, count));
        }
        return best;
    }

    private static double series(Runnable launch, Runnable await, int count) {
        await.run();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            launch.run();
        }
        await.run();
        return (System.nanoTime() - start) * NANOS / count;
    }
}
