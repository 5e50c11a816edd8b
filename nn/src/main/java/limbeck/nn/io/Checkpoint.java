package limbeck.nn.io;

import static limbeck.nn.io.SafetensorsException.quote;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import limbeck.nn.Module;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;

/**
 * Saves the parameters and buffers of a module under their paths, such as {@code layer1.0.conv1.weight}, and loads them into
 * a module with the same paths and shapes.
 *
 * {@snippet :
 * Checkpoint.save(Path.of("teacher.safetensors"), teacher);
 * Checkpoint.load(Path.of("teacher.safetensors"), ResNet.of(...));
 * }
 *
 * The files are {@link Safetensors}, which other tools read as well.
 */
public final class Checkpoint {
    private static final int NAMES_SHOWN = 3;

    /** A parameter or buffer: what it holds, and how to replace it. */
    private record Slot(Tensor tensor, Consumer<Tensor> set) {
    }

    private Checkpoint() {
    }

    /**
     * Saves a module.
     *
     * @param path the file; an existing one is replaced once the new one is complete
     * @param module what to save
     * @throws SafetensorsException if the file cannot be written
     */
    public static void save(Path path, Module module) {
        save(path, module, Map.of());
    }

    /**
     * Saves a module and notes about it.
     *
     * @param path the file; an existing one is replaced once the new one is complete
     * @param module what to save
     * @param metadata notes to go with it, to be read by {@link Safetensors#metadata}
     * @throws SafetensorsException if the file cannot be written
     */
    public static void save(Path path, Module module, Map<String, String> metadata) {
        var tensors = new LinkedHashMap<String, Tensor>();
        slots(module).forEach((name, slot) -> tensors.put(name, slot.tensor()));
        Safetensors.write(path, tensors, metadata);
    }

    /**
     * Loads a module. Names and shapes must be exactly its own; floating-point numbers are converted to the type and device
     * that it has. All is checked and read before anything is changed.
     *
     * @param path the file
     * @param module what to fill
     * @throws SafetensorsException if the file is damaged, or has other names, shapes or kinds of numbers than the module
     */
    public static void load(Path path, Module module) {
        Map<String, Slot> slots = slots(module);
        try (var file = Safetensors.open(path); var _ = Scope.open("loading a module")) {
            check(path, file, slots);
            var loaded = new LinkedHashMap<String, Tensor>();
            slots.forEach((name, slot) -> loaded.put(name, file.read(name, slot.tensor().device()).to(slot.tensor().dtype())));
            slots.forEach((name, slot) -> slot.set().accept(loaded.get(name)));
        }
    }

    private static void check(Path path, Safetensors file, Map<String, Slot> slots) {
        List<String> missing = without(slots.keySet(), file.names());
        List<String> unexpected = without(file.names(), slots.keySet());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            String first = missing.isEmpty() ? "" : missing.size() + " missing (" + some(missing) + ")";
            String second = unexpected.isEmpty() ? "" : unexpected.size() + " not the module's (" + some(unexpected) + ")";
            throw SafetensorsException.in(path, "of the module's " + slots.size() + " names, "
                    + first + (first.isEmpty() || second.isEmpty() ? "" : ", ") + second + "; was it saved from the same model?");
        }
        slots.forEach((name, slot) -> {
            Tensor tensor = slot.tensor();
            if (!file.shape(name).equals(tensor.shape())) {
                throw SafetensorsException.in(path, quote(name) + " is " + file.shape(name) + ", the module's is " + tensor.shape());
            }
            if (file.type(name) != tensor.dtype() && !(file.type(name).isFloating() && tensor.dtype().isFloating())) {
                throw SafetensorsException.in(path, quote(name) + " is " + file.type(name) + ", the module's is " + tensor.dtype());
            }
        });
    }

    private static Map<String, Slot> slots(Module module) {
        var slots = new LinkedHashMap<String, Slot>();
        module.parameters().forEach((name, parameter) -> add(slots, name, new Slot(parameter.tensor(), parameter::set)));
        module.buffers().forEach((name, buffer) -> add(slots, name, new Slot(buffer.tensor(), buffer::set)));
        return slots;
    }

    private static void add(Map<String, Slot> slots, String name, Slot slot) {
        if (slots.putIfAbsent(name, slot) != null) {
            throw new IllegalArgumentException("checkpoint: a parameter and a buffer are both called '" + name + "'; rename one");
        }
    }

    private static List<String> without(Collection<String> names, Collection<String> others) {
        var rest = new ArrayList<>(names);
        rest.removeAll(new HashSet<>(others));
        return rest;
    }

    private static String some(List<String> names) {
        return names.stream().limit(NAMES_SHOWN).map(SafetensorsException::quote).collect(Collectors.joining(", "))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }
}
