package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Splits;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.ModelReport;
import limbeck.distill.experiment.Omission;
import limbeck.distill.experiment.Results;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Spread;
import limbeck.tensor.Threads;

/** What a run found, as JSON with stable keys. Accuracies are fractions in 0..1; what is not a number is null. */
final class SummaryJson {
    private SummaryJson() {
    }

    /**
     * The whole file.
     *
     * @param results what the run found
     * @param options the settings by the names they have in the command
     * @param names what each role is called
     */
    static String of(Results results, SettingOptions options, Function<Role, String> names) {
        var summary = new LinkedHashMap<String, Object>();
        boolean single = results.plan().teacher() == null;
        summary.put("version", Version.TEXT);
        summary.put("data", data(results.plan().data()));
        summary.put("recipe", options.values(results.plan().settings()));
        summary.put("seeds", results.plan().seeds());
        summary.put("device", results.plan().settings().text(Setting.DEVICE));
        summary.put("threads", Threads.count());
        summary.put("wall_seconds", number(results.seconds()));
        summary.put("models", results.models().stream().map(model -> model(model, names, single)).toList());
        summary.put("values", values(results.history(), names));
        if (!single) {
            summary.put("linear_accuracy", number(results.linear()));
            summary.put("verdict", results.verdict());
            summary.put("omitted", results.omissions().stream().map(omission -> omission(omission, names)).toList());
        }
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(summary) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of text and numbers can be written as JSON", e);
        }
    }

    /** Each number over time as it was in the last step, a list with one for each seed, by role and name. */
    private static Map<String, Object> values(List<EpochReport> history, Function<Role, String> names) {
        var last = new LinkedHashMap<String, Map<Long, EpochReport>>();
        history.forEach(report -> last.computeIfAbsent(names.apply(report.role()), _ -> new LinkedHashMap<>()).put(report.seed(), report));
        var values = new LinkedHashMap<String, Object>();
        last.forEach((role, seeds) -> {
            var byName = new LinkedHashMap<String, List<Double>>();
            seeds.values().forEach(report -> report.values().forEach((name, value) ->
                    byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(number(value))));
            values.put(role, byName);
        });
        return values;
    }

    private static Map<String, Object> data(Splits splits) {
        Dataset train = splits.train();
        var data = new LinkedHashMap<String, Object>();
        data.put("name", train.name());
        data.put("train", train.size());
        data.put("test", splits.test().size());
        data.put("shape", train.shape().dims());
        data.put("classes", train.classes());
        data.put("class_counts", train.classCounts().counts());
        data.put("fingerprint", train.fingerprint());
        data.put("test_fingerprint", splits.test().fingerprint());
        data.put("notes", splits.notes());
        return data;
    }

    private static Map<String, Object> model(ModelReport model, Function<Role, String> names, boolean single) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("role", names.apply(model.role()));
        entry.put("name", model.name());
        entry.put("parameters", model.parameters());
        entry.put("multiply_adds", model.multiplyAdds());
        entry.put("size_bytes", model.bytes());
        entry.put("accuracy", spread(model.accuracy(), true));
        entry.put("balanced_accuracy", spread(model.balancedAccuracy(), true));
        entry.put("errors", spread(model.errors(), true));
        entry.put("agreement", single ? null : spread(model.agreement(), false));
        entry.put("tasks", tasks(model));
        entry.put("latency_ms", number(model.latencyMillis()));
        entry.put("throughput_per_s", number(model.throughput()));
        return entry;
    }

    /** Each task's accuracy; null where there is one task. */
    private static Map<String, Object> tasks(ModelReport model) {
        var tasks = new LinkedHashMap<String, Object>();
        model.tasks().forEach((name, accuracy) -> tasks.put(name, spread(accuracy, true)));
        return tasks.isEmpty() ? null : tasks;
    }

    private static Map<String, Object> omission(Omission omission, Function<Role, String> names) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("role", names.apply(omission.role()));
        entry.put("seed", omission.seed());
        entry.put("class", omission.label());
        entry.put("examples", omission.examples());
        entry.put("errors_before", omission.errorsBefore());
        entry.put("all_errors_before", omission.allErrorsBefore());
        entry.put("raise", number(omission.raise()));
        entry.put("errors_after", omission.errorsAfter());
        entry.put("all_errors_after", omission.allErrorsAfter());
        return entry;
    }

    private static Map<String, Object> spread(Spread spread, boolean values) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("mean", number(spread.mean()));
        entry.put("std", number(spread.std()));
        if (values) {
            entry.put("values", spread.values().stream().map(SummaryJson::number).toList());
        }
        return entry;
    }

    /** JSON knows no NaN. A list with nulls needs {@link java.util.stream.Stream#toList}, which allows them. */
    private static Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
