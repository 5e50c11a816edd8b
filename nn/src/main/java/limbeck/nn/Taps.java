package limbeck.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import limbeck.autograd.Variable;

/**
 * Watches what layers put out, by their paths. Nothing is installed on the model, so nothing needs to be removed.
 *
 * {@snippet :
 * Taps taps = Taps.watch(model, Set.of("layer2", "pool"));
 * Variable logits = taps.bind(() -> model.apply(x));
 * Variable features = taps.get("layer2");
 * }
 *
 * A path names a module as in {@link Module#modules} ("" is the model itself), or a point inside the forward of one that
 * lists it in {@link Module#probes}: the owner's path, a dot, the name. Where a layer runs more than once the last output
 * counts. Several taps may be bound one inside the other, such as those of a student and of its teacher; each sees its own
 * model. What is watched inside a block under {@link limbeck.autograd.Recompute} is a constant: no gradient flows to it.
 */
public final class Taps {
    private final Set<String> paths;
    private final Map<Module, String> outputs = new IdentityHashMap<>();
    private final Map<Module, Map<String, String>> probes = new IdentityHashMap<>();
    private final Map<String, Variable> seen = new LinkedHashMap<>();

    private Taps(Set<String> paths) {
        this.paths = Collections.unmodifiableSet(new LinkedHashSet<>(paths));
    }

    /**
     * Taps on some layers of a model.
     *
     * @param model the model
     * @param paths of layers or probes
     * @return taps, which see nothing until they are bound
     * @throws IllegalArgumentException if a path matches nothing, naming the nearest ones
     */
    public static Taps watch(Module model, Set<String> paths) {
        var taps = new Taps(paths);
        Set<String> known = new LinkedHashSet<>();
        model.modules().forEach((path, module) -> {
            if (paths.contains(path)) {
                taps.outputs.put(module, path);
            }
            known.add(path);
            for (String name : module.probes()) {
                String point = Parts.join(path, name);
                if (paths.contains(point)) {
                    taps.probes.computeIfAbsent(module, m -> new LinkedHashMap<>()).put(name, point);
                }
                known.add(point);
            }
        });
        for (String path : paths) {
            if (!known.contains(path)) {
                throw new IllegalArgumentException("taps: there is no layer '" + path + "' in " + model.getClass().getSimpleName()
                        + "; the nearest are " + Names.nearest(path, known, 3));
            }
        }
        return taps;
    }

    /**
     * Shows a point inside a forward to whoever watches it. The module names the point in {@link Module#probes}.
     *
     * {@snippet :
     * x = Taps.at("preactivation", x.add(shortcut));
     * return x.relu();
     * }
     *
     * @param name the point's name
     * @param x the value there
     * @return the same value
     * @throws IllegalStateException if someone watches and the module does not list this name
     */
    public static Variable at(String name, Variable x) {
        Calls.probe(name, x);
        return x;
    }

    /**
     * Runs a block during which these taps see the model run. What they saw before is forgotten.
     *
     * @param <R> the block's result
     * @param block the block
     * @return its result
     */
    public <R> R bind(Supplier<R> block) {
        seen.clear();
        return Calls.watching(new Recorder()).call(block::get);
    }

    /**
     * What a layer put out when the model last ran.
     *
     * @param path a watched path
     * @return the output; recorded on the tape that was bound then
     * @throws IllegalArgumentException if the path is not watched
     * @throws IllegalStateException if the layer has not run
     */
    public Variable get(String path) {
        if (!paths.contains(path)) {
            throw new IllegalArgumentException("taps: '" + path + "' is not watched; these are: " + paths);
        }
        Variable output = seen.get(path);
        if (output == null) {
            throw new IllegalStateException("taps: '" + path + "' has not run; run the model inside bind(...), by apply at every level");
        }
        return output;
    }

    /**
     * What is watched.
     *
     * @return the paths
     */
    public Set<String> paths() {
        return paths;
    }

    /**
     * Whether someone watches a point: a module that can do without computing it may ask.
     *
     * @param owner the module that lists the point in its {@link Module#probes}
     * @param name the point's name
     * @return true if taps on it are bound
     */
    public static boolean isWatched(Module owner, String name) {
        return Calls.watches(owner, name);
    }

    private final class Recorder implements Calls.Watcher {
        @Override
        public boolean watches(Module module) {
            return outputs.containsKey(module);
        }

        @Override
        public boolean watches(Module module, String name) {
            return probes.getOrDefault(module, Map.of()).containsKey(name);
        }

        @Override
        public void applied(Module module, Variable in, Variable out) {
            String path = outputs.get(module);
            if (path != null) {
                seen.put(path, out);
            }
        }

        @Override
        public void probed(Module module, String name, Variable x) {
            String path = probes.getOrDefault(module, Map.of()).get(name);
            if (path != null) {
                seen.put(path, x);
            }
        }
    }
}
