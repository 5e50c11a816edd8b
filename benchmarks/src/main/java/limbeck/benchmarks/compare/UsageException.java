package limbeck.benchmarks.compare;

/** The command was called wrongly; its message is the one sentence to show. Exit code 2. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Wrong usage.
     *
     * @param sentence what was given, what is expected
     */
    UsageException(String sentence) {
        super(sentence);
    }
}
