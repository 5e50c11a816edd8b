package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Role;

/**
 * The history of a run as CSV: a row for each epoch of each model. Numbers are in full precision and the same in every locale; a
 * loss term or value that a model does not have is empty. Losses are means over the epoch, values those of its last step.
 */
final class HistoryCsv {
    private HistoryCsv() {
    }

    /**
     * The whole file.
     *
     * @param history every epoch, in order
     * @param names what each role is called
     */
    static String of(List<EpochReport> history, Function<Role, String> names) {
        Set<String> terms = names(history, EpochReport::losses);
        Set<String> values = names(history, EpochReport::values);
        var head = new ArrayList<>(List.of("role", "seed", "epoch", "learning_rate", "loss"));
        terms.forEach(term -> head.add("loss_" + term));
        head.addAll(values);
        head.addAll(List.of("train_accuracy", "test_accuracy", "seconds"));
        var text = new StringBuilder(String.join(",", head)).append('\n');
        for (EpochReport epoch : history) {
            var row = new ArrayList<>(List.of(names.apply(epoch.role()), Long.toString(epoch.seed()),
                    Integer.toString(epoch.epoch()),
                    Double.toString(epoch.learningRate()), Double.toString(epoch.loss())));
            terms.forEach(term -> row.add(epoch.losses().containsKey(term) ? epoch.losses().get(term).toString() : ""));
            values.forEach(value -> row.add(epoch.values().containsKey(value) ? epoch.values().get(value).toString() : ""));
            row.addAll(List.of(Double.toString(epoch.trainAccuracy()), Double.toString(epoch.testAccuracy()),
                    Double.toString(epoch.seconds())));
            text.append(String.join(",", row)).append('\n');
        }
        return text.toString();
    }

    private static Set<String> names(List<EpochReport> history, Function<EpochReport, Map<String, Double>> numbers) {
        return history.stream().flatMap(epoch -> numbers.apply(epoch).keySet().stream()).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
