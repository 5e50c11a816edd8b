package limbeck.benchmarks.compare;

/** The command cannot go on, or found what it watches for; its message is the one sentence to show. Exit code 1. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param sentence what is wrong and what to try
     * @param cause the failure underneath, or null
     */
    CommandException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
