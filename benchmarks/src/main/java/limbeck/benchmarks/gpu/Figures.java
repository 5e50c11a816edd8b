package limbeck.benchmarks.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * Where figures go while they are measured: to the screen, and at once to a file, so that nothing is lost if time runs out.
 *
 * @param file null for none
 */
record Figures(Path file) {
    void add(Figure figure) {
        System.out.printf(Locale.ROOT, "%-72s %-24s %12.6g %s%n", figure.what(), figure.who(), figure.value(), figure.unit());
        append(figure.line());
    }

    /** Something to know about the figures, in one line. */
    void remark(String text) {
        System.out.println(text);
        append("# " + text);
    }

    /** Measures; what fails is a remark, and the rest goes on. */
    void attempt(String what, Runnable measurement) {
        try {
            measurement.run();
        } catch (RuntimeException | LinkageError e) {
            String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            remark(what + " failed: " + said + " (" + e.getClass().getSimpleName() + ")");
        }
    }

    private void append(String line) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
