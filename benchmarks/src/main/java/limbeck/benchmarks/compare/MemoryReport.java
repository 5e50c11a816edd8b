package limbeck.benchmarks.compare;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Memory;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/**
 * What training resnet20 on batches of 128 takes of memory: the tensors at their most, what the pool holds, what a step in steady
 * state leaves to the garbage collector, and how much of the machine's memory the process has taken. libtorch does the same in a
 * process of its own.
 */
public final class MemoryReport {
    private static final String LIBTORCH = "limbeck.benchmarks.peers.LibtorchMemory";
    private static final int BATCH = 128;
    private static final int CLASSES = 10;
    private static final int WARM = 30;
    private static final int STEPS = 10;

    private MemoryReport() {
    }

    /**
     * The report.
     *
     * @param peers whether libtorch is measured too
     */
    static String of(boolean peers) {
        var text = new ArrayList<String>();
        text.add("A training step of resnet20 on batches of " + BATCH + ":");
        Map<String, String> ours = figures(Child.run(MemoryReport.class.getName()));
        add(text, "", ours);
        if (peers) {
            for (String layout : List.of("nchw", "channels_last")) {
                try {
                    add(text, "libtorch ", figures(Child.run(LIBTORCH, layout)));
                } catch (CommandException e) {
                    text.add("  libtorch " + layout + ": not available, " + e.getMessage());
                }
            }
        }
        return String.join("\n", text);
    }

    private static void add(List<String> text, String who, Map<String, String> figures) {
        figures.forEach((name, value) -> text.add(String.format(Locale.ROOT, "  %-55s %12s", who + name, value)));
    }

    private static Map<String, String> figures(List<String> lines) {
        var figures = new LinkedHashMap<String, String>();
        for (String line : lines) {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                figures.put(line.substring(0, tab), line.substring(tab + 1));
            }
        }
        return figures;
    }

    /** One figure of a report, in mebibytes. */
    static String figure(String name, double bytes) {
        return String.format(Locale.ROOT, "%s\t%.1f MiB", name, bytes / (1 << 20));
    }

    /**
     * What Linux says of this process.
     *
     * @param name what to call the figure
     * @param key such as {@code VmHWM}
     * @return a line
     */
    public static String resident(String name, String key) {
        OptionalLong bytes = Machine.status(key);
        return bytes.isPresent() ? figure(name, bytes.getAsLong()) : name + "\tnot available";
    }

    /**
     * Trains and prints the figures: what {@link #of} starts in a JVM of its own.
     *
     * @param args none
     */
    public static void main(String[] args) {
        System.out.println(resident("resident before the model is made", "VmRSS"));
        Module model = Models.build("resnet20", Shape.of(3, 32, 32), CLASSES, Key.of(1));
        var optimizer = Sgd.of(List.copyOf(model.parameters().values()), Schedule.constant(1e-3), 0.9, 0);
        Variable images = Variable.of(Device.cpu().normal(Key.of(2), BATCH, 3, 32, 32));
        Tensor labels = Device.cpu().tensor(IntStream.range(0, BATCH).map(i -> i % CLASSES).toArray(), BATCH);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int step = 0; step < WARM + STEPS; step++) {
            if (step == WARM) {
                // From this call on the peak is counted anew.
                Device.cpu().memory();
                allocated = threads.getTotalThreadAllocatedBytes();
            }
            try (var _ = Scope.open("training step")) {
                var tape = new Tape();
                Variable loss = tape.record(() -> Mode.train(0, () -> Losses.crossEntropy(model.apply(images), labels)));
                optimizer.step(tape.backward(loss), Progress.START);
            }
        }
        allocated = threads.getTotalThreadAllocatedBytes() - allocated;
        Memory memory = Device.cpu().memory();
        System.out.println(figure("tensors of a step at their most", memory.peak()));
        System.out.println(figure("held by the pool for the next step", memory.pooled()));
        System.out.println(figure("allocated by a step in steady state", (double) allocated / STEPS));
        System.out.println(figure("heap in use after it", Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()));
        System.out.println(figure("heap taken from the system", Runtime.getRuntime().totalMemory()));
        System.out.println(resident("resident at its most", "VmHWM"));
    }
}
