package limbeck.benchmarks.compare;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** JMH: which benchmarks there are on the class path, and runs of a single one. */
final class Harness {
    private static final Pattern CAUSE = Pattern.compile("(?m)^(?:Caused by: )?((?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error))(?:: (.*))?$");
    /** A native library that is not there, or not made for this machine. */
    private static final Pattern MISSING = Pattern.compile("UnsatisfiedLinkError|NoClassDefFoundError|ExceptionInInitializerError");

    private final Map<String, BenchmarkListEntry> known = new HashMap<>();

    /** Reads the list that the annotation processor left. */
    Harness() {
        OutputFormat silent = OutputFormatFactory.createFormatInstance(new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT);
        for (BenchmarkListEntry entry : BenchmarkList.defaultList().getAll(silent, List.of())) {
            known.put(entry.getUsername(), entry);
        }
    }

    /** Whether there is such a benchmark, by its full name. */
    boolean has(String benchmark) {
        return known.containsKey(benchmark);
    }

    /** The values that a parameter of a benchmark is declared with; none if it has no such parameter. */
    List<String> values(String benchmark, String parameter) {
        return List.of(known.get(benchmark).getParams().orElse(Map.of()).getOrDefault(parameter, new String[0]));
    }

    /**
     * Runs a benchmark in a JVM of its own.
     *
     * @param benchmark its full name
     * @param parameters those that it does not have are left out; those that are not given take their first declared value
     * @throws CommandException if JMH itself cannot run
     */
    Measurement run(String benchmark, Map<String, String> parameters, Effort effort) {
        var options = new OptionsBuilder();
        options.include("^" + Pattern.quote(benchmark) + "$").forks(1).warmupForks(0).shouldFailOnError(false)
                .warmupIterations(effort.warmups()).warmupTime(TimeValue.milliseconds(effort.millis()))
                .measurementIterations(effort.iterations()).measurementTime(TimeValue.milliseconds(effort.millis()));
        known.get(benchmark).getParams().orElse(Map.of())
                .forEach((name, values) -> options.param(name, parameters.getOrDefault(name, values[0])));
        var log = new ByteArrayOutputStream();
        OutputFormat format = OutputFormatFactory.createFormatInstance(new PrintStream(log, true, StandardCharsets.UTF_8), VerboseMode.NORMAL);
        try {
            Collection<RunResult> results = new Runner(options.build(), format).run();
            double[] speeds = results.stream().flatMap(result -> result.getBenchmarkResults().stream())
                    .mapToDouble(Harness::speed).filter(Double::isFinite).toArray();
            return speeds.length > 0 ? new Measurement.Speed(Statistics.median(speeds)) : failure(log.toString(StandardCharsets.UTF_8));
        } catch (RunnerException e) {
            throw new CommandException("the benchmarks cannot run: " + e.getMessage(), e);
        }
    }

    private static double speed(BenchmarkResult fork) {
        return fork.getPrimaryResult() == null ? Double.NaN : fork.getPrimaryResult().getScore();
    }

    /** What JMH printed of the exception: the last cause is the first thing that went wrong. */
    static Measurement.Failure failure(String log) {
        String reason = "it gave no result";
        var matcher = CAUSE.matcher(log);
        boolean missing = false;
        while (matcher.find()) {
            reason = matcher.group(2) == null ? matcher.group(1) : matcher.group(2);
            missing |= MISSING.matcher(matcher.group(1)).find();
        }
        return new Measurement.Failure(reason, missing);
    }
}
