package limbeck.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;

/**
 * A model's layers with the shapes they put out and what they cost, found by running it once on zeros in evaluation mode.
 *
 * {@snippet :
 * System.out.println(Summary.of(model, Shape.of(1, 3, 32, 32)));
 * }
 *
 * There is a row for each layer that has no submodules, or has parameters or multiply-adds of its own. Multiply-adds are
 * what {@link Module#multiplyAdds} answers: exact for {@link Linear} and {@link Conv2d} without their biases, 0 for layers
 * that only do work in proportion to their elements.
 *
 * @param rows in the order in which the layers run; those that did not run come last
 * @param parameters how many numbers the model learns; a shared parameter counts once
 * @param buffers how many numbers it keeps besides, such as running means
 * @param multiplyAdds for the whole input shape, of which the first dimension is the batch
 * @param bytes the size of parameters and buffers
 */
public record Summary(List<Row> rows, long parameters, long buffers, long multiplyAdds, long bytes) {
    /**
     * One layer.
     *
     * @param path such as {@code layer1.0.conv1}; empty for the model itself
     * @param type the class' simple name
     * @param output the shape it put out; null if it did not run
     * @param parameters how many it has of its own that no row above has
     * @param multiplyAdds what it does itself in all its runs
     */
    public record Row(String path, String type, Shape output, long parameters, long multiplyAdds) {
    }

    /**
     * Runs a model once and sums it up. The model is not changed.
     *
     * @param model the model
     * @param input the shape of a batch of inputs, such as (1, 3, 32, 32)
     * @return the summary
     * @throws limbeck.tensor.ShapeException if the model does not take such an input
     */
    public static Summary of(Module model, Shape input) {
        Map<String, Parameter> parameters = model.parameters();
        Device device = parameters.isEmpty() ? Init.device() : parameters.values().iterator().next().device();
        var costs = new Costs();
        try (var _ = Scope.open("summary")) {
            Variable zeros = Variable.of(device.full(0, input));
            Calls.watching(costs).run(() -> Mode.evaluate(() -> Tape.paused(() -> model.apply(zeros))));
        }
        List<Row> rows = costs.rows(model);
        long learned = parameters.values().stream().mapToLong(p -> p.shape().size()).sum();
        long kept = model.buffers().values().stream().mapToLong(b -> b.tensor().shape().size()).sum();
        long bytes = parameters.values().stream().mapToLong(p -> p.shape().size() * p.dtype().bytes()).sum()
                + model.buffers().values().stream().mapToLong(b -> b.tensor().shape().size() * b.tensor().dtype().bytes()).sum();
        return new Summary(rows, learned, kept, rows.stream().mapToLong(Row::multiplyAdds).sum(), bytes);
    }

    /** Remembers in which order modules ran, what they put out last, and what they did in all their runs. */
    private static final class Costs implements Calls.Watcher {
        private final List<Module> order = new ArrayList<>();
        private final Map<Module, Shape> outputs = new IdentityHashMap<>();
        private final Map<Module, Long> multiplyAdds = new IdentityHashMap<>();

        @Override
        public void applied(Module module, Variable in, Variable out) {
            if (outputs.put(module, out.shape()) == null) {
                order.add(module);
            }
            multiplyAdds.merge(module, module.multiplyAdds(in.shape(), out.shape()), Long::sum);
        }

        @Override
        public boolean watches(Module module) {
            return true;
        }

        @Override
        public boolean watches(Module module, String name) {
            return false;
        }

        @Override
        public void probed(Module module, String name, Variable x) {
            // A probe costs nothing.
        }

        List<Row> rows(Module model) {
            Map<Module, String> paths = new IdentityHashMap<>();
            model.modules().forEach((path, module) -> {
                paths.put(module, path);
                if (!outputs.containsKey(module)) {
                    order.add(module);
                }
            });
            Set<Parameter> counted = Collections.newSetFromMap(new IdentityHashMap<>());
            var rows = new ArrayList<Row>();
            for (Module module : order) {
                Parts parts = module.parts();
                long parameters = parts.parameters().values().stream().filter(counted::add).mapToLong(p -> p.shape().size()).sum();
                long work = multiplyAdds.getOrDefault(module, 0L);
                if (parts.modules().isEmpty() || parameters > 0 || work > 0) {
                    // A module made during the forward has no path.
                    String path = paths.getOrDefault(module, "(made in forward)");
                    rows.add(new Row(path, module.getClass().getSimpleName(), outputs.get(module), parameters, work));
                }
            }
            return List.copyOf(rows);
        }
    }

    /** {@return an aligned table, with totals below} */
    @Override
    public String toString() {
        int path = Math.max(5, rows.stream().mapToInt(r -> r.path.length()).max().orElse(0));
        int type = Math.max(4, rows.stream().mapToInt(r -> r.type.length()).max().orElse(0));
        int shape = Math.max(12, rows.stream().mapToInt(r -> String.valueOf(r.output).length()).max().orElse(0));
        String format = "%-" + path + "s  %-" + type + "s  %-" + shape + "s  %,12d  %,15d%n";
        var text = new StringBuilder(String.format(Locale.ROOT, format.replace(",12d", "12s").replace(",15d", "15s"),
                "layer", "type", "output", "parameters", "multiply-adds"));
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, format, row.path, row.type, row.output == null ? "not run" : row.output, row.parameters,
                    row.multiplyAdds));
        }
        text.append(String.format(Locale.ROOT, "%,d parameters, %,d buffer values, %,.1f KiB, %,d multiply-adds%n", parameters, buffers,
                bytes / 1024.0, multiplyAdds));
        return text.toString();
    }
}
