package limbeck.benchmarks.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What models learned on the GPU beside what the same models learned on the CPU, from the {@code summary.json} of two runs of
 * {@code limbeck distill} that differ in {@code --device} alone.
 *
 * <pre>
 * HOW TO RUN:
 *   java -cp ... limbeck.benchmarks.gpu.Accuracies NAME CUDA/summary.json CPU/summary.json [FILE that figures are added to]
 * </pre>
 */
public final class Accuracies {
    /** Roundings differ, and what is learned after a thousand steps with them: two standard errors of both results are allowed. */
    private static final double STANDARD_ERRORS = 2;

    private Accuracies() {
    }

    /**
     * Compares two runs.
     *
     * @param args see above
     */
    public static void main(String[] args) {
        Program.run(() -> compare(args));
    }

    private static void compare(String... args) {
        if (args.length < 3 || args.length > 4) {
            throw new IllegalArgumentException("needs a name, two files summary.json (of the GPU and of the CPU), and perhaps a file for the"
                    + " figures; got " + args.length + " arguments");
        }
        var figures = new Figures(args.length == 4 ? Path.of(args[3]) : null);
        figures(args[0], read(Path.of(args[1])), read(Path.of(args[2]))).forEach(figures::add);
    }

    /**
     * Figures for each model that both runs have: our accuracy, the CPU's, and by how much they may differ, all in percent.
     *
     * @throws IllegalArgumentException if the runs are not of the same data
     */
    static List<Figure> figures(String name, JsonNode gpu, JsonNode cpu) {
        String print = gpu.at("/data/test_fingerprint").asText();
        if (!print.equals(cpu.at("/data/test_fingerprint").asText()) || !gpu.get("seeds").equals(cpu.get("seeds"))) {
            throw new IllegalArgumentException(name + ": the runs differ in data or seeds and cannot be compared");
        }
        var figures = new ArrayList<Figure>();
        for (JsonNode ours : gpu.get("models")) {
            for (JsonNode theirs : cpu.get("models")) {
                if (!ours.get("role").equals(theirs.get("role"))) {
                    continue;
                }
                String what = Check.ACCURACY + " " + name + " " + ours.get("role").asText() + " " + ours.get("name").asText();
                double p = theirs.at("/accuracy/mean").asDouble();
                int seeds = theirs.at("/accuracy/values").size();
                double examples = cpu.at("/data/test").asDouble() * Math.max(seeds, 1);
                // The result of one half is no result: an accuracy of 1 has no error of its own.
                double allowed = STANDARD_ERRORS * Math.sqrt(2 * Math.max(p * (1 - p), 1 / examples) / examples);
                figures.add(new Figure(what, Figure.OURS, 100 * ours.at("/accuracy/mean").asDouble(Double.NaN), "%"));
                figures.add(new Figure(what, "CPU", 100 * p, "%"));
                figures.add(new Figure(what, Check.ALLOWED, 100 * allowed, "%"));
            }
        }
        return figures;
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
