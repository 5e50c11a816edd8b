package limbeck.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the flags and the class path of this one: the compiler begins anew, and memory is counted from the start. */
final class Child {
    private Child() {
    }

    /**
     * Runs a class.
     *
     * @param main its name
     * @param arguments its arguments
     * @return the lines that it wrote to standard output
     * @throws CommandException if it fails, with the last line that it wrote to standard error
     */
    static List<String> run(String main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            var errors = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> errors.append(text(process.getErrorStream())));
            List<String> lines = text(process.getInputStream()).lines().toList();
            int code = process.waitFor();
            reader.join();
            if (code != 0) {
                throw new CommandException(main.substring(main.lastIndexOf('.') + 1) + " " + String.join(" ", arguments) + " failed: "
                        + Harness.failure(errors.toString()).reason(), null);
            }
            return lines;
        } catch (IOException e) {
            throw new CommandException("cannot start another JVM: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    private static String text(InputStream in) {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
