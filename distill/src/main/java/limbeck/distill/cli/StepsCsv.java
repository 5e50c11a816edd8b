package limbeck.distill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import limbeck.distill.experiment.TrainingStep;

/**
 * The log of a run as CSV: a row for each training step of each model. Numbers are in full precision and the same in every locale; what
 * a model does not have is empty. A column is added at the right when a name is met for the first time.
 *
 * <p>Rows are appended once an epoch, while the file has another name: under its own there is never half a row, whenever the process
 * ends, and a long run does not write its beginning again and again. Only new columns take one more pass over the file.
 */
final class StepsCsv {
    private static final List<String> FIRST = List.of("role", "seed", "stage", "epoch", "step", "learning_rate", "loss");

    private final Path file;
    private final Path part;
    private final List<String> columns = new ArrayList<>();
    private final List<Map<String, String>> waiting = new ArrayList<>();
    /** How many rows the file has. */
    private long rows;

    /**
     * The log of a run that has not begun; what is in the file stays until the first {@link #write}.
     *
     * @param file where
     */
    StepsCsv(Path file) {
        this.file = file;
        this.part = file.resolveSibling("." + file.getFileName() + ".part");
    }

    /** How many steps are in the file. */
    long rows() {
        return rows;
    }

    /** Remembers a step for the next {@link #write}. */
    void add(TrainingStep step, String role) {
        var row = new LinkedHashMap<String, String>();
        List<String> first = List.of(role, Long.toString(step.seed()), step.stage(), Integer.toString(step.epoch()), Long.toString(step.step()),
                Double.toString(step.learningRate()), Double.toString(step.report().total()));
        for (int i = 0; i < FIRST.size(); i++) {
            row.put(FIRST.get(i), first.get(i));
        }
        step.report().losses().forEach((term, loss) -> row.put("loss_" + term, loss.toString()));
        step.report().values().forEach((name, value) -> row.put(name, value.toString()));
        waiting.add(row);
    }

    /** Appends what was added. */
    void write() {
        try {
            if (waiting.stream().anyMatch(row -> !columns.containsAll(row.keySet()))) {
                widen();
            } else {
                AtomicFile.move(file, part);
            }
            try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8, StandardOpenOption.APPEND)) {
                for (Map<String, String> row : waiting) {
                    out.write(columns.stream().map(name -> field(row.getOrDefault(name, ""))).collect(Collectors.joining(",", "", "\n")));
                }
            }
            AtomicFile.move(part, file);
            rows += waiting.size();
            waiting.clear();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Copies what is there under more columns. */
    private void widen() throws IOException {
        int before = columns.size();
        waiting.forEach(row -> row.keySet().stream().filter(name -> !columns.contains(name)).forEach(columns::add));
        copy(before == 0 ? 0 : rows, ",".repeat(columns.size() - before));
    }

    /** Writes the part anew: the columns, and the file's first rows, each with something behind it. */
    private void copy(long count, String behind) throws IOException {
        try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            out.write(columns.stream().map(StepsCsv::field).collect(Collectors.joining(",", "", "\n")));
            if (count > 0) {
                try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
                    for (var line = lines.skip(1).limit(count).iterator(); line.hasNext();) {
                        out.write(line.next() + behind + "\n");
                    }
                }
            }
        }
    }

    /**
     * Goes on with the log of an earlier run. Steps that came after the last kept epoch are done again, and so taken away here; a log that
     * somebody has removed begins anew.
     *
     * @param kept how many steps that run had done when it was last kept
     */
    void resume(long kept) {
        try {
            // The process may have ended while the rows were appended.
            if (Files.exists(part) && !Files.exists(file)) {
                AtomicFile.move(part, file);
            }
            if (!Files.exists(file)) {
                return;
            }
            try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
                lines.findFirst().ifPresent(head -> columns.addAll(List.of(head.split(","))));
            }
            copy(kept, "");
            AtomicFile.move(part, file);
            try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
                rows = lines.count() - 1;
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(file + ": cannot be written (" + AtomicFile.reason(e) + ")", e);
    }

    private static String field(String text) {
        return text.matches("[^,\"\n\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
