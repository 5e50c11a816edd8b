package limbeck.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jdk.incubator.vector.FloatVector;

/** What the figures were measured on, without the name of the machine. */
final class Machine {
    private Machine() {
    }

    /** Date, processor, memory, operating system, JVM and the versions of all that was compared; a line each. */
    static List<String> describe(Set<Rival> rivals) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var lines = new ArrayList<String>();
        lines.add("Date: " + LocalDate.now(ZoneOffset.UTC));
        lines.add(String.format(Locale.ROOT, "Machine: %s, %d processors, vectors of %d bits, %.0f GiB of memory", processor().name(),
                Runtime.getRuntime().availableProcessors(), processor().vectorBits(), system.getTotalMemorySize() / (double) (1L << 30)));
        lines.add("System: " + System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
        lines.add("JVM: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        if (!rivals.isEmpty()) {
            lines.add("Rivals: " + String.join(", ", rivals.stream().map(r -> (r.title() + " " + r.version()).strip()).toList())
                    + " (the latter half of a version is that of the Java binding)");
        }
        return lines;
    }

    /** The model of its processor, as Linux tells it, and the bits of the widest vectors. */
    static Processor processor() {
        return new Processor(line(Path.of("/proc/cpuinfo"), "model name").orElse("unknown processor"),
                FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }

    /**
     * A number of kibibytes from what Linux tells of this process, in bytes.
     *
     * @param name such as {@code VmRSS}
     * @return empty on other systems
     */
    static OptionalLong status(String name) {
        return line(Path.of("/proc/self/status"), name).map(text -> OptionalLong.of(1024 * Long.parseLong(text.replaceAll("\\D", ""))))
                .orElse(OptionalLong.empty());
    }

    private static Optional<String> line(Path file, String name) {
        try (var lines = Files.lines(file)) {
            return lines.filter(l -> l.startsWith(name)).findFirst().map(l -> l.substring(l.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
