package limbeck.distill.cli;

/** A command cannot go on; its message is the one sentence to show. Exit code 1. */
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
