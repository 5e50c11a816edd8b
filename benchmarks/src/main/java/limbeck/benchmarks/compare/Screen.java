package limbeck.benchmarks.compare;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Where the command talks to: results go to standard output, progress and errors to standard error. On a terminal progress is
 * one line that is drawn over again.
 */
final class Screen {
    private static final String ERASE = "\r\033[K";
    // Without wrapping, a line that is too long for the window is cut instead of scrolling.
    private static final String NO_WRAP = "\033[?7l";
    private static final String WRAP = "\033[?7h";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private boolean drawn;

    /**
     * A screen over two streams.
     *
     * @param out standard output
     * @param err standard error
     * @param live whether a person watches
     */
    Screen(PrintStream out, PrintStream err, boolean live) {
        this.out = out;
        this.err = err;
        this.live = live;
    }

    /** The process' own. */
    static Screen system() {
        Console console = System.console();
        return new Screen(System.out, System.err, console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM")));
    }

    /** A part of the result. */
    void result(String text) {
        erase();
        out.println(text);
    }

    /** How far it has come. */
    void progress(String line) {
        if (live) {
            err.print(NO_WRAP + ERASE + line + WRAP);
            err.flush();
            drawn = true;
        } else {
            err.println(line);
        }
    }

    /** Something worth knowing that stays on the screen. */
    void note(String sentence) {
        erase();
        err.println(sentence);
    }

    /** Shows the stack trace of a failure, for whoever looks for its cause. */
    void trace(Throwable failure) {
        failure.printStackTrace(err);
    }

    private void erase() {
        if (drawn) {
            err.print(ERASE);
            err.flush();
            drawn = false;
        }
    }

    /** A time such as {@code 0:07} or {@code 1:02:03}. */
    static String time(double seconds) {
        long s = Math.round(Math.max(0, seconds));
        return s < 3600 ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }

    /** A number with three significant digits. */
    static String significant(double value) {
        int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
