package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Statistics;
import limbeck.distill.tasks.Head;
import limbeck.nn.io.Safetensors;
import limbeck.tensor.Shape;

/**
 * What a weights file says about its model, so that it can be built and fed without further knowledge: the header's metadata.
 *
 * @param architecture its name in {@link limbeck.nn.models.Models}
 * @param input the shape of one example
 * @param classes the number of classes
 * @param normalisation mean and standard deviation of each channel, which inputs are normalised by
 * @param data the name of the data set that it was trained on
 * @param classNames what the classes are called, by label
 * @param method what it was distilled by, if it is not plain kd; else empty
 * @param tasks its tasks as the settings named them; empty for the one of telling the classes apart
 */
record ModelCard(String architecture, Shape input, int classes, Statistics normalisation, String data, List<String> classNames,
        String method, String tasks) {
    private static final String NUMBER = "-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?";

    /** The card of a model that tells classes apart. */
    ModelCard(String architecture, Shape input, int classes, Statistics normalisation, String data, List<String> classNames, String method) {
        this(architecture, input, classes, normalisation, data, classNames, method, "");
    }

    /** The card of an architecture trained on a data set with these statistics. */
    static ModelCard of(String architecture, Dataset train, Statistics statistics, String method) {
        return new ModelCard(architecture, train.shape(), train.classes(), statistics, train.name(), train.classNames(), method);
    }

    /** The same for a model of these tasks. */
    ModelCard of(String tasks) {
        return new ModelCard(architecture, input, classes, normalisation, data, classNames, method, tasks);
    }

    /** The tasks' places among its logits; none for the one of telling the classes apart. */
    List<Head> heads() {
        return tasks.isBlank() ? List.of() : Head.parse(tasks, classes);
    }

    /** The card as metadata, with notes about how far training had come. */
    Map<String, String> metadata(String role, long seed, int epoch) {
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("limbeck_version", Version.TEXT);
        metadata.put("architecture", architecture);
        metadata.put("input_shape", Text.shape(input));
        metadata.put("classes", Integer.toString(classes));
        metadata.put("class_names", String.join("\n", classNames));
        metadata.put("mean", join(normalisation.mean()));
        metadata.put("std", join(normalisation.std()));
        metadata.put("data", data);
        if (!method.isEmpty()) {
            metadata.put("method", method);
        }
        if (!tasks.isEmpty()) {
            metadata.put("tasks", tasks);
        }
        metadata.put("role", role);
        metadata.put("seed", Long.toString(seed));
        metadata.put("epoch", Integer.toString(epoch));
        return metadata;
    }

    /**
     * Reads the card of a file; null if it has none, as files from elsewhere.
     *
     * @throws CommandException in one sentence, if there is one that makes no sense
     * @throws limbeck.nn.io.SafetensorsException if the file cannot be read or is damaged
     */
    static ModelCard read(Path file) {
        Map<String, String> metadata;
        try (var weights = Safetensors.open(file)) {
            metadata = weights.metadata();
        }
        if (!metadata.containsKey("architecture")) {
            return null;
        }
        String shape = entry(file, metadata, "input_shape", "\\d{1,9}(x\\d{1,9}){0,3}");
        Shape input = Shape.of(Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray());
        int classes = Integer.parseInt(entry(file, metadata, "classes", "[1-9]\\d{0,8}"));
        float[] mean = split(entry(file, metadata, "mean", NUMBER + "(," + NUMBER + ")*"));
        float[] std = split(entry(file, metadata, "std", NUMBER + "(," + NUMBER + ")*"));
        if (mean.length != std.length || mean.length != input.dim(0)) {
            throw new CommandException(file + ": its metadata has " + mean.length + " means and " + std.length
                    + " deviations for " + input.dim(0) + " channels", null);
        }
        List<String> names = metadata.getOrDefault("class_names", "").lines().toList();
        return new ModelCard(metadata.get("architecture"), input, classes, new Statistics(mean, std),
                metadata.getOrDefault("data", ""),
                names.size() == classes ? names : IntStream.range(0, classes).mapToObj(Integer::toString).toList(),
                metadata.getOrDefault("method", ""), metadata.getOrDefault("tasks", ""));
    }

    private static String entry(Path file, Map<String, String> metadata, String key, String form) {
        String value = metadata.getOrDefault(key, "");
        if (!value.matches(form)) {
            throw new CommandException(file + ": its metadata has no sensible '" + key + "'; was it written by limbeck?", null);
        }
        return value;
    }

    private static String join(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> Float.toString(values[i])).collect(Collectors.joining(","));
    }

    private static float[] split(String text) {
        String[] parts = text.split(",");
        float[] values = new float[parts.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(parts[i]);
        }
        return values;
    }
}
