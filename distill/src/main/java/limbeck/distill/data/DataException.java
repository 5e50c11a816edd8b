package limbeck.distill.data;

import java.nio.file.Path;

/**
 * What every reader of this package throws when data is missing, damaged or cannot be fetched: one sentence that names the file,
 * the byte or line at fault, and what was expected. It is the only exception that bad input can cause.
 *
 * <p>Text taken from the file or from a path is shortened and stripped of control characters first, so the message is always one
 * line of fewer than 300 characters and safe to print.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MESSAGE_LIMIT = 290;
    private static final int PATH_LIMIT = 100;
    private static final int QUOTE_LIMIT = 40;

    /**
     * An error with its sentence.
     *
     * @param sentence what is wrong and what to try
     */
    public DataException(String sentence) {
        this(sentence, null);
    }

    /**
     * An error with its sentence and the failure that lies under it.
     *
     * @param sentence what is wrong and what to try
     * @param cause    the failure underneath, or null
     */
    public DataException(String sentence, Throwable cause) {
        super(oneLine(sentence, MESSAGE_LIMIT), cause);
    }

    /** An error about one file: {@code path: sentence}. */
    static DataException in(Path file, String sentence) {
        return new DataException(show(file) + ": " + sentence);
    }

    /** An error about one file with the failure underneath. */
    static DataException in(Path file, String sentence, Throwable cause) {
        return new DataException(show(file) + ": " + sentence, cause);
    }

    /** A path for a message; of a long one the end, which is the part that tells files apart. */
    static String show(Path file) {
        String text = file.toString();
        return oneLine(text.length() <= PATH_LIMIT ? text : "..." + text.substring(text.length() - PATH_LIMIT + 3), PATH_LIMIT);
    }

    /** A piece of the file's own text for a message: quoted, short, printable. */
    static String quote(String text) {
        return "'" + oneLine(text, QUOTE_LIMIT) + "'";
    }

    private static String oneLine(String text, int limit) {
        var line = new StringBuilder(Math.min(text.length(), limit));
        for (int i = 0; i < text.length() && line.length() < limit; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        if (text.length() > limit) {
            line.replace(limit - 3, limit, "...");
        }
        return line.toString();
    }
}
