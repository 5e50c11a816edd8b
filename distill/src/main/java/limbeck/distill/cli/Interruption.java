package limbeck.distill.cli;

import java.util.function.Supplier;

/**
 * What is said when a run is interrupted by Ctrl-C or a termination signal, from when this is made until it is closed. The JVM then
 * ends with 128 plus the signal's number: 130 after Ctrl-C.
 */
final class Interruption implements AutoCloseable {
    private final Thread hook;

    /**
     * Begins to watch.
     *
     * @param terminal is closed with the sentence
     * @param state stops what writes files, and tells in part of a sentence what there is
     */
    Interruption(Terminal terminal, Supplier<String> state) {
        hook = new Thread(() -> terminal.close("limbeck: interrupted; " + state.get() + "."), "limbeck-interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs already and has the last word.
        }
    }
}
