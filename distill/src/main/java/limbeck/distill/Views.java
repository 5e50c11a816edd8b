package limbeck.distill;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a model showed of one batch: its logits, and the outputs of its tapped layers. Of a teacher these are tensors, of
 * a student variables, so a teacher cannot leak gradient, by type.
 *
 * @param <T> tensors, variables, or the shapes of a dry run
 * @param logits the model's output, (N, classes); null where there is no teacher
 * @param features the outputs of tapped layers by path
 */
public record Views<T>(T logits, Map<String, T> features) {
    /**
     * Views of logits alone.
     *
     * @param logits the model's output
     * @param <T> tensors, variables or shapes
     * @return the views
     */
    public static <T> Views<T> of(T logits) {
        return new Views<>(logits, Map.of());
    }

    /**
     * The output of a tapped layer.
     *
     * @param path the layer's path
     * @return its output
     * @throws IllegalArgumentException if it was not tapped
     */
    public T feature(String path) {
        T feature = features.get(path);
        if (feature == null) {
            throw new IllegalArgumentException("views: layer '" + path + "' was not tapped; name it in the objective's taps(). Tapped are "
                    + features.keySet());
        }
        return feature;
    }

    /**
     * The same views of something else.
     *
     * @param change what to make of each
     * @param <R> the new kind
     * @return the views
     */
    public <R> Views<R> map(Function<T, R> change) {
        var changed = new TreeMap<String, R>();
        features.forEach((path, feature) -> changed.put(path, change.apply(feature)));
        return new Views<>(logits == null ? null : change.apply(logits), changed);
    }
}
