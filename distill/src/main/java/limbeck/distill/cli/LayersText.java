package limbeck.distill.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import limbeck.nn.Layers;
import limbeck.nn.Layers.Layer;
import limbeck.nn.Module;
import limbeck.tensor.Shape;

/** The places of a model that a method can look at, as a table. */
final class LayersText {
    private LayersText() {
    }

    /**
     * The table: a row for each place in the order in which they run, with the words that stand for it.
     *
     * @param name what the model is called
     * @param model the model
     * @param input the shape of one example
     */
    static String of(String name, Module model, Shape input) {
        Layers layers = Layers.of(model, input);
        Map<String, List<Layer>> words = new LinkedHashMap<>();
        words.put("stages", layers.stages());
        words.put("preactivations", layers.preactivations());
        words.put("last", List.of(layers.last()));
        words.put("pooled", List.of(layers.pooled()));
        var table = new Table("LLRL", "Layer", "Type", "Shows", "Also named by");
        for (Layer layer : layers.all()) {
            String named = words.entrySet().stream().filter(word -> word.getValue().contains(layer)).map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            table.row(layer.path(), layer.type(), Text.shape(layer.output()), named);
        }
        var empty = new ArrayList<String>();
        words.forEach((word, places) -> {
            if (places.isEmpty()) {
                empty.add(word);
            }
        });
        String none = empty.isEmpty() ? "" : " It has no " + String.join(" and ", empty) + ".";
        return table + "\n\n" + name + " for inputs of " + Text.shape(input) + "; shapes are of one example." + none + "\n"
                + "Methods take a path, a pattern (layer*.0), one of the words, or several joined by +:\n"
                + "--method 'at(student-layers=stages, teacher-layers=" + layers.last().path() + ")'";
    }
}
