package limbeck.benchmarks.compare;

import limbeck.benchmarks.StepBench;

/**
 * How long a benchmark is run in one JVM.
 *
 * @param warmups iterations that do not count
 * @param iterations iterations that count
 * @param millis of an iteration
 */
record Effort(int warmups, int iterations, int millis) {
    // What starting a JVM and making the operands takes, by experience.
    private static final double START = 1.5;

    /** What a case takes; a rival that is compiled already needs less to warm up. */
    static Effort of(Case one, int threads, boolean quickly, boolean compiled) {
        // On as many threads as there are processors the JVM's compiler takes its time from them, and is ready later.
        int longer = quickly && threads > 1 ? 2 : 1;
        if (one.family().equals("Step")) {
            int warmups = compiled ? quickly ? 1 : 2 : longer * StepBench.WARMUPS;
            return quickly ? new Effort(warmups, 3, 1000) : new Effort(warmups, 5, 1000 * StepBench.SECONDS);
        }
        if (one.is(Case.Trait.WHOLE)) {
            int warmups = compiled ? 1 : 8 * longer;
            return quickly ? new Effort(warmups, 3, compiled ? 400 : 600) : new Effort(compiled ? 4 : 12, 5, 1500);
        }
        int warmups = compiled ? 2 : 8 * longer;
        return quickly ? new Effort(warmups, 3, 250) : new Effort(compiled ? 4 : 8, 5, 500);
    }

    /** About how many seconds that is. */
    double seconds() {
        return START + (warmups + iterations) * millis / 1000.0;
    }
}
