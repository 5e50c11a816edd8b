package limbeck.benchmarks.gpu;

import java.io.UncheckedIOException;

/** How these programs end: with what they were asked for, or with one sentence and status 1. */
final class Program {
    private Program() {
    }

    static void run(Runnable body) {
        try {
            body.run();
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            System.out.println("failed: " + e.getMessage());
            System.exit(1);
        }
    }
}
