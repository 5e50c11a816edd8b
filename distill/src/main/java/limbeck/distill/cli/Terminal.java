package limbeck.distill.cli;

import java.io.Console;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Where the command talks to: results go to standard output, errors and plain progress lines to standard error. On a terminal
 * there is also a status line, the last one, which is drawn over again. Once closed it is silent, so that whoever closed it has
 * the last word. Safe for use by several threads.
 */
final class Terminal {
    private static final int USUAL_WIDTH = 80;
    private static final String ERASE = "\r\033[K";
    // Without wrapping, a line that is too long after the window was narrowed is cut instead of scrolling.
    private static final String NO_WRAP = "\033[?7l";
    private static final String WRAP = "\033[?7h";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private boolean quiet;
    private boolean statusShown;
    private boolean closed;

    /**
     * A terminal over two streams.
     *
     * @param out standard output
     * @param err standard error
     * @param live whether a person watches, and escape sequences work
     */
    Terminal(PrintStream out, PrintStream err, boolean live) {
        this.out = out;
        this.err = err;
        this.live = live;
    }

    /** The process' own. */
    static Terminal system() {
        Console console = System.console();
        boolean live = console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(stream(FileDescriptor.out, "stdout.encoding"), stream(FileDescriptor.err, "stderr.encoding"), live);
    }

    private static PrintStream stream(FileDescriptor descriptor, String encoding) {
        Charset charset = Charset.forName(System.getProperty(encoding, "UTF-8"), StandardCharsets.UTF_8);
        // Java says ASCII where no locale is set, as in most containers; what displays the text knows UTF-8 all the same.
        boolean unset = charset.equals(StandardCharsets.US_ASCII);
        return new PrintStream(new FileOutputStream(descriptor), true, unset ? StandardCharsets.UTF_8 : charset);
    }

    /** From now on only results and errors are shown. */
    synchronized void quiet() {
        quiet = true;
    }

    /** Whether the status line is drawn. */
    synchronized boolean isLive() {
        return live && !quiet;
    }

    /** A part of the result: shown even when quiet. */
    synchronized void result(String text) {
        if (!closed) {
            erase();
            out.println(text);
        }
    }

    /** What helps to follow the run: not shown when quiet. */
    synchronized void info(String text) {
        if (!quiet) {
            result(text);
        }
    }

    /** A line of progress for where there is no status line: not shown when quiet. */
    synchronized void progress(String line) {
        if (!closed && !quiet) {
            erase();
            err.println(line);
        }
    }

    /** One sentence about what went wrong. */
    synchronized void error(String sentence) {
        if (!closed) {
            erase();
            err.println(sentence);
        }
    }

    /** Shows the stack trace of a failure, for whoever looks for its cause. */
    synchronized void trace(Throwable failure) {
        if (!closed) {
            failure.printStackTrace(err);
        }
    }

    /** Draws the status line. */
    synchronized void status(String line) {
        if (!closed && isLive()) {
            out.print(NO_WRAP + ERASE + line + WRAP);
            out.flush();
            statusShown = true;
        }
    }

    /** Takes the status line away. */
    synchronized void erase() {
        if (statusShown) {
            out.print(ERASE);
            out.flush();
            statusShown = false;
        }
    }

    /** Says a last sentence on standard error and nothing ever after. */
    synchronized void close(String sentence) {
        error(sentence);
        closed = true;
    }

    /** The columns of the window, as {@code stty} sees them. */
    static int width() {
        try {
            var stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean over = stty.waitFor(1, TimeUnit.SECONDS);
            return over && answer.matches("\\d+ [1-9]\\d{0,4}") ? Integer.parseInt(answer.split(" ")[1]) : USUAL_WIDTH;
        } catch (IOException e) {
            return USUAL_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_WIDTH;
        }
    }
}
