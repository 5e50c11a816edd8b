package limbeck.tensor;

/**
 * How many threads the CPU kernels use. Results are the same bits for any number. The default is the number of
 * processors, or the system property {@code limbeck.threads}.
 */
public final class Threads {
    private static volatile int count = Math.max(1, Integer.getInteger("limbeck.threads", Runtime.getRuntime().availableProcessors()));

    private Threads() {
    }

    /**
     * The number of threads in use, the caller's own included.
     *
     * @return at least 1
     */
    public static int count() {
        return count;
    }

    /**
     * Chooses the number of threads, from the next kernel on.
     *
     * @param threads at least 1
     * @throws IllegalArgumentException if it is less
     */
    public static void use(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: need at least 1, got " + threads);
        }
        count = threads;
    }
}
