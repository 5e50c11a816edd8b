package limbeck.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;

/**
 * The places in a model that can be watched, in the order in which they run, with the shapes that they show: found by running
 * the model once on zeros in evaluation mode.
 *
 * {@snippet :
 * Layers layers = Layers.of(Models.build("resnet20", Shape.of(3, 32, 32), 10, key), Shape.of(3, 32, 32));
 * layers.find("layer*.2");       // the last block of each stage
 * layers.find("last");           // the last feature map before the classifier: layer3
 * layers.find("stages");         // layer1, layer2, layer3
 * }
 *
 * Besides paths and patterns, four words stand for places that every classifier has: {@code stages}, {@code preactivations},
 * {@code last} and {@code pooled}.
 */
public final class Layers {
    /**
     * A place in a model.
     *
     * @param path such as {@code layer3.1.conv2}, or a probe such as {@code layer3.1.preactivation}
     * @param type the class' simple name, or {@code probe}
     * @param output the shape that it shows of one example, without the batch
     */
    public record Layer(String path, String type, Shape output) {
        /**
         * Whether it shows feature maps.
         *
         * @return true for (C, H, W)
         */
        public boolean isMap() {
            return output.rank() == 3;
        }

        /**
         * Whether it shows a vector.
         *
         * @return true for (C)
         */
        public boolean isVector() {
            return output.rank() == 1;
        }

        /**
         * The channels of maps, the length of vectors.
         *
         * @return C
         */
        public int channels() {
            return output.dim(0);
        }
    }

    private record Call(Module module, Variable in, Variable out) {
    }

    private final Module model;
    private final String name;
    private final SequencedMap<String, Layer> byPath = new LinkedHashMap<>();
    private final Map<Module, String> paths = new IdentityHashMap<>();
    private final List<Call> calls = new ArrayList<>();

    private Layers(Module model) {
        this.model = model;
        this.name = model.getClass().getSimpleName();
    }

    /**
     * Runs a model once and lists its places. The model is not changed.
     *
     * @param model the model
     * @param example the shape of one example, without the batch
     * @return its places
     * @throws limbeck.tensor.ShapeException if the model does not take such an example
     */
    public static Layers of(Module model, Shape example) {
        Map<String, Parameter> parameters = model.parameters();
        Device device = parameters.isEmpty() ? Init.device() : parameters.values().iterator().next().device();
        var layers = new Layers(model);
        model.modules().forEach((path, module) -> layers.paths.put(module, path));
        try (var _ = Scope.open("layers")) {
            Variable zeros = Variable.of(device.full(0, example.prepend(1)));
            Calls.watching(layers.new Recorder()).run(() -> Mode.evaluate(() -> Tape.paused(() -> model.apply(zeros))));
        }
        return layers;
    }

    /**
     * All places that ran.
     *
     * @return in the order in which they ran: a block after what is inside it
     */
    public List<Layer> all() {
        return List.copyOf(byPath.values());
    }

    /**
     * The places that a text names.
     *
     * @param text a path, a pattern in which {@code *} stands for anything, one of the four words, or several of these joined by
     *     {@code +}
     * @return at least one, in the order in which they run, or in that of the text where it joins several
     * @throws IllegalArgumentException if a part names nothing, naming the three nearest
     */
    public List<Layer> find(String text) {
        var found = new ArrayList<Layer>();
        for (String part : text.split("\\+", -1)) {
            found.addAll(findOne(part.strip()));
        }
        return List.copyOf(found);
    }

    private List<Layer> findOne(String text) {
        if (byPath.containsKey(text)) {
            return List.of(byPath.get(text));
        }
        switch (text) {
            case "stages":
                return stages();
            case "preactivations":
                return preactivations();
            case "last":
                return List.of(last());
            case "pooled":
                return List.of(pooled());
            default:
                break;
        }
        Pattern pattern = Pattern.compile(text.chars().mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining()));
        List<Layer> found = text.contains("*") ? byPath.values().stream().filter(layer -> pattern.matcher(layer.path).matches()).toList()
                : List.of();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("layers: there is no '" + text + "' in " + name + "; the nearest are "
                    + Names.nearest(text, byPath.keySet(), 3) + ", and stages, preactivations, last and pooled always work");
        }
        return found;
    }

    /**
     * The output of each stage: of the model's own parts that learn, the last one at each size of feature map; for a model without maps
     * each hidden layer.
     *
     * @return in the order in which they run; empty for a linear model
     */
    public List<Layer> stages() {
        List<Layer> own = model.parts().modules().entrySet().stream()
                .filter(part -> !part.getValue().parameters().isEmpty() && part.getValue() != classifierModule())
                .map(part -> byPath.get(part.getKey())).filter(layer -> layer != null).toList();
        List<Layer> maps = own.stream().filter(Layer::isMap).toList();
        if (maps.isEmpty()) {
            return own.stream().filter(Layer::isVector).toList();
        }
        var bySize = new LinkedHashMap<Shape, Layer>();
        maps.forEach(layer -> bySize.put(layer.output.without(List.of(0), false), layer));
        return List.copyOf(bySize.values());
    }

    /**
     * The same as {@link #stages}, each before its last ReLU: before the pooling too where one follows the ReLU, so that the maps are larger
     * there. Where a stage's ReLU only comes in the next one, as in a wide residual network, it is the batch norm before that ReLU.
     *
     * @return one place for each stage; the stage itself where there is neither
     */
    public List<Layer> preactivations() {
        return stages().stream().map(this::preactivation).toList();
    }

    private Layer preactivation(Layer stage) {
        List<Layer> inside = byPath.values().stream().filter(layer -> layer.path.startsWith(stage.path + ".")).toList();
        Optional<Layer> probe = inside.stream().filter(layer -> layer.path.endsWith(".preactivation")).reduce((_, later) -> later);
        if (probe.isPresent()) {
            return probe.get();
        }
        if (module(stage.path) instanceof Sequential sequence) {
            for (int i = sequence.layers().size() - 1; i > 0; i--) {
                if (sequence.layers().get(i) instanceof Relu) {
                    return byPath.get(stage.path + "." + (i - 1));
                }
            }
        }
        return calls.stream().filter(call -> call.module instanceof BatchNorm2d && call.in == output(stage)).findFirst()
                .map(call -> byPath.get(paths.get(call.module))).orElse(stage);
    }

    /** What a module's place showed. */
    private Variable output(Layer layer) {
        Module module = module(layer.path);
        return calls.stream().filter(call -> call.module == module).reduce((_, later) -> later).orElseThrow().out;
    }

    /**
     * The last feature map before the classifier; for a model without maps the same as {@link #pooled}.
     *
     * @return the place
     * @throws IllegalArgumentException if the model has no classifier
     */
    public Layer last() {
        List<Layer> stages = stages();
        return stages.isEmpty() || !stages.getLast().isMap() ? pooled() : stages.getLast();
    }

    /**
     * What the classifier gets to see: a vector.
     *
     * @return the place
     * @throws IllegalArgumentException if the model has no classifier
     */
    public Layer pooled() {
        Module classifier = classifierModule();
        Variable seen = calls.stream().filter(call -> call.module == classifier).reduce((_, later) -> later)
                .orElseThrow(() -> new IllegalArgumentException("layers: " + name + " does not end in a linear classifier")).in;
        return calls.stream().filter(call -> call.out == seen && paths.containsKey(call.module)).map(call -> byPath.get(paths.get(call.module)))
                .min(Comparator.comparingLong(layer -> layer.path.chars().filter(c -> c == '.').count()))
                .orElseThrow(() -> new IllegalArgumentException("layers: what the classifier of " + name + " sees is no layer's output"));
    }

    /**
     * The classifier: the last linear layer that runs.
     *
     * @return the layer
     * @throws IllegalArgumentException if there is none
     */
    public Linear classifier() {
        if (classifierModule() instanceof Linear linear) {
            return linear;
        }
        throw new IllegalArgumentException("layers: " + name + " does not end in a linear classifier");
    }

    private Module classifierModule() {
        return calls.stream().map(Call::module).filter(Linear.class::isInstance).reduce((_, later) -> later).orElse(null);
    }

    /**
     * The batch norm behind which a place lies: the last that ran before it, or in it.
     *
     * @param layer a place of this model
     * @return empty if there is none
     */
    public Optional<BatchNorm2d> normBefore(Layer layer) {
        BatchNorm2d norm = null;
        for (Layer each : byPath.values()) {
            if (module(each.path) instanceof BatchNorm2d one) {
                norm = one;
            }
            if (each.path.equals(layer.path)) {
                break;
            }
        }
        return Optional.ofNullable(norm);
    }

    /**
     * The model's parameters that are used up to a place: those of all layers that run before it, or in it.
     *
     * @param layer a place of this model
     * @return in the model's order
     */
    public List<Parameter> parametersUpTo(Layer layer) {
        var used = new IdentityHashMap<Parameter, Boolean>();
        for (Layer each : byPath.values()) {
            Module module = module(each.path);
            if (module != null) {
                module.parts().parameters().values().forEach(parameter -> used.put(parameter, true));
            }
            if (each.path.equals(layer.path)) {
                break;
            }
        }
        return model.parameters().values().stream().filter(used::containsKey).toList();
    }

    /**
     * What comes behind a place, as a module: it makes of that place's output what the model makes of its input. It shares the
     * model's parameters.
     *
     * {@snippet :
     * Module tail = layers.after(layers.find("layer2").getFirst());
     * Variable logits = tail.apply(features);   // what layer2 has shown, or something else of its shape
     * }
     *
     * @param place a place of this model
     * @return its remaining parts, one after the other
     * @throws IllegalArgumentException if the place is a point inside a layer, or one of the modules around it does more than to run its parts
     *     one after the other, as a residual block does
     */
    public Sequential after(Layer place) {
        if (module(place.path) == null) {
            throw new IllegalArgumentException("layers: " + name + " cannot be cut at " + place.path + ", which is a point inside a layer; "
                    + "choose a layer, such as one of stages");
        }
        return new Sequential(behind(model, place));
    }

    private List<Module> behind(Module parent, Layer place) {
        List<Call> chain = chain(parent, place);
        for (int i = chain.size() - 1; i >= 0; i--) {
            Module part = chain.get(i).module;
            String path = paths.get(part);
            if (place.path.equals(path) || place.path.startsWith(path + ".")) {
                var rest = new ArrayList<Module>(place.path.equals(path) ? List.of() : behind(part, place));
                chain.subList(i + 1, chain.size()).forEach(call -> rest.add(call.module));
                return rest;
            }
        }
        throw new IllegalArgumentException("layers: " + place.path + " did not run in " + name);
    }

    /** The runs of a module's parts, if each takes what the one before it made and that is all that the module does. */
    private List<Call> chain(Module parent, Layer place) {
        var parts = Collections.newSetFromMap(new IdentityHashMap<Module, Boolean>());
        parts.addAll(parent.parts().modules().values());
        List<Call> chain = calls.stream().filter(call -> parts.contains(call.module)).toList();
        List<Call> whole = calls.stream().filter(call -> call.module == parent).toList();
        Variable at = whole.size() == 1 ? whole.getFirst().in : null;
        for (Call call : chain) {
            at = call.in == at ? call.out : null;
        }
        if (at == null || at != whole.getFirst().out) {
            String path = paths.get(parent);
            throw new IllegalArgumentException("layers: " + name + " cannot be cut at " + place.path + ", because "
                    + (path.isEmpty() ? "it" : path + " (" + parent.getClass().getSimpleName() + ")")
                    + " does more than run its parts one after the other; choose another layer, such as one of stages");
        }
        return chain;
    }

    /** The module at a path; null for a probe. */
    private Module module(String path) {
        return model.modules().get(path);
    }

    private final class Recorder implements Calls.Watcher {
        @Override
        public void applied(Module module, Variable in, Variable out) {
            calls.add(new Call(module, in, out));
            String path = paths.get(module);
            if (path != null && !path.isEmpty()) {
                put(path, module.getClass().getSimpleName(), out);
            }
        }

        @Override
        public boolean watches(Module module) {
            return true;
        }

        @Override
        public boolean watches(Module module, String name) {
            return true;
        }

        @Override
        public void probed(Module module, String name, Variable x) {
            put(Parts.join(paths.get(module), name), "probe", x);
        }

        private void put(String path, String type, Variable out) {
            byPath.putLast(path, new Layer(path, type, out.shape().without(List.of(0), false)));
        }
    }
}
