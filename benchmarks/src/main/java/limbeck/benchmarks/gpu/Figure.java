package limbeck.benchmarks.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One thing measured. A file holds a line for each, its four parts between tabs; lines that begin with {@code #} are remarks.
 *
 * @param what was done, the same words from everybody who did it: {@code product 4096 tf32}
 * @param who did it: {@link #OURS}, or another
 * @param value how much; more is better
 * @param unit of the value
 */
record Figure(String what, String who, double value, String unit) {
    /** Whom all others stand beside. */
    static final String OURS = "limbeck";

    /** As in a file, without the end of the line. */
    String line() {
        return String.join("\t", what, who, String.format(Locale.ROOT, "%.6g", value), unit);
    }

    /**
     * A line of a file.
     *
     * @throws IllegalArgumentException if it has not four parts, or the third is no number
     */
    static Figure parse(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("needs 4 parts between tabs (what, who, value, unit), got " + parts.length + ": '" + line
                    + "'");
        }
        try {
            return new Figure(parts[0], parts[1], Double.parseDouble(parts[2]), parts[3]);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("the third part is no number: '" + line + "'");
        }
    }

    /**
     * All figures of some files, one after the other; a file that is not there holds none, because the part of the check that writes it
     * was left out or failed.
     *
     * @throws IllegalArgumentException naming file and line, if one cannot be read
     */
    static List<Figure> read(List<Path> files) {
        var figures = new ArrayList<Figure>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                continue;
            }
            int number = 0;
            try {
                for (String line : Files.readAllLines(file)) {
                    number++;
                    if (!line.isBlank() && !line.startsWith("#")) {
                        figures.add(parse(line));
                    }
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ", line " + number + ": " + e.getMessage(), e);
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read", e);
            }
        }
        return figures;
    }
}
