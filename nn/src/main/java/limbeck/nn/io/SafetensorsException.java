package limbeck.nn.io;

import java.nio.file.Path;

/**
 * A file that is not as it should be: one sentence that names the file and the tensor or byte at fault. It is the only
 * exception that a damaged file can cause, and its message is one line of fewer than 300 characters, safe to print.
 */
public final class SafetensorsException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MESSAGE_LIMIT = 290;
    private static final int PATH_LIMIT = 90;
    private static final int NAME_LIMIT = 60;

    private SafetensorsException(String sentence, Throwable cause) {
        super(oneLine(sentence, MESSAGE_LIMIT), cause);
    }

    static SafetensorsException in(Path file, String sentence) {
        return in(file, sentence, null);
    }

    static SafetensorsException in(Path file, String sentence, Throwable cause) {
        String path = file.toString();
        // Of a long path the end tells files apart.
        String shown = path.length() <= PATH_LIMIT ? path : "..." + path.substring(path.length() - PATH_LIMIT + 3);
        return new SafetensorsException(shown + ": " + sentence, cause);
    }

    /** A name out of a file for a message: quoted, short. */
    static String quote(String name) {
        return "'" + oneLine(name, NAME_LIMIT) + "'";
    }

    private static String oneLine(String text, int limit) {
        var line = new StringBuilder();
        for (int i = 0; i < text.length() && i < limit; i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        if (text.length() > limit) {
            line.replace(limit - 3, limit, "...");
        }
        return line.toString();
    }
}
