package limbeck.benchmarks.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The ratios that the guard compares with: {@code guard.json}.
 *
 * @param path where it lies
 * @param recorded for each kind of processor the ratios of the cases, by title
 */
record GuardFile(Path path, Map<Processor, Map<String, Double>> recorded) {
    /**
     * Reads it.
     *
     * @throws UsageException if it is no such file
     */
    static GuardFile read(Path path) {
        try {
            JsonNode processors = new ObjectMapper().readTree(Files.readString(path)).path("processors");
            if (!processors.isArray()) {
                throw new UsageException(path + ": holds no list of processors; " + anew());
            }
            var recorded = new LinkedHashMap<Processor, Map<String, Double>>();
            for (JsonNode one : processors) {
                var ratios = new LinkedHashMap<String, Double>();
                for (JsonNode entry : one.path("cases")) {
                    if (entry.path("ratio").isNumber()) {
                        ratios.put(entry.path("case").asText(), entry.path("ratio").asDouble());
                    }
                }
                recorded.put(new Processor(one.path("processor").asText(), one.path("vector_bits").asInt()), ratios);
            }
            return new GuardFile(path, recorded);
        } catch (JsonProcessingException e) {
            throw new UsageException(path + ": is no JSON (" + e.getOriginalMessage() + "); " + anew());
        } catch (IOException e) {
            throw new UsageException(path + ": cannot be read; write it with --guard --update");
        }
    }

    /**
     * The same to write into: without any ratios if there is no file yet.
     *
     * @throws UsageException if there is a file, but no such one
     */
    static GuardFile readOrEmpty(Path path) {
        return Files.exists(path) ? read(path) : new GuardFile(path, Map.of());
    }

    private static String anew() {
        return "bring back the one that was committed, or delete it and write it with --guard --update";
    }

    /**
     * The ratios of one kind of processor.
     *
     * @throws UsageException if there are none
     */
    Map<String, Double> of(Processor processor) {
        Map<String, Double> ratios = recorded.get(processor);
        if (ratios == null) {
            String others = recorded.isEmpty() ? "nor for any other"
                    : "only for " + recorded.keySet().stream().map(Processor::toString).collect(Collectors.joining(" and "));
            throw new UsageException(path + ": has no ratios for this processor (" + processor + "), " + others
                    + "; record them from the unchanged sources with ./limbeck bench --guard --update");
        }
        return ratios;
    }

    /** The same with these ratios for this processor; those of others stay. */
    GuardFile with(Processor processor, Map<String, Double> ratios) {
        var all = new LinkedHashMap<>(recorded);
        all.put(processor, ratios);
        return new GuardFile(path, all);
    }

    /** What the file holds. */
    String json() {
        List<?> processors = recorded.entrySet().stream().map(one -> {
            var processor = new LinkedHashMap<String, Object>();
            processor.put("processor", one.getKey().name());
            processor.put("vector_bits", one.getKey().vectorBits());
            processor.put("cases", one.getValue().entrySet().stream().map(e -> {
                var entry = new LinkedHashMap<String, Object>();
                entry.put("case", e.getKey());
                entry.put("ratio", Double.parseDouble(String.format(Locale.ROOT, "%.4g", e.getValue())));
                return entry;
            }).toList());
            return processor;
        }).toList();
        return Report.json(Map.of("processors", processors));
    }
}
