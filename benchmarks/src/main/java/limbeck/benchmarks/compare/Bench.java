package limbeck.benchmarks.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import limbeck.nn.Names;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code limbeck bench}. Exit codes: 0 for success, 1 for a failure and for what the guard finds, 2 for wrong usage
 * and for a guard without ratios to compare with.
 * Every failure is one sentence on standard error; with {@code LIMBECK_DEBUG=1} its stack trace follows.
 */
public final class Bench {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;
    private static final String HELP = " (limbeck bench --help lists all)";
    /** Names the folder of guard.json; the launcher sets it to that of the clone. */
    static final String HOME = "limbeck.benchmarks.home";

    private Bench() {
    }

    /**
     * Runs the command and ends the JVM with its exit code.
     *
     * @param args the options
     */
    public static void main(String[] args) {
        System.exit(run(args, Screen.system()));
    }

    /**
     * Runs the command.
     *
     * @return the exit code
     */
    static int run(String[] args, Screen screen) {
        try {
            ParseResult options = parse(args);
            if (options.isUsageHelpRequested()) {
                screen.result(options.commandSpec().commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing());
            } else {
                execute(options, screen);
            }
            return 0;
        } catch (RuntimeException | Error e) {
            screen.note("limbeck: " + sentence(e));
            if ("1".equals(System.getenv("LIMBECK_DEBUG"))) {
                screen.trace(e);
            }
            return e instanceof UsageException ? USAGE : FAILURE;
        }
    }

    private static String sentence(Throwable failure) {
        return failure instanceof UsageException || failure instanceof CommandException ? failure.getMessage()
                : "an unexpected error, " + failure + "; please report it with what LIMBECK_DEBUG=1 shows";
    }

    private static CommandSpec spec() {
        var spec = CommandSpec.create().name("limbeck bench");
        spec.usageMessage().description("Runs the benchmarks and prints how they compare: with other libraries, or with plain Java.")
                .sortOptions(false).abbreviateSynopsis(true)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(UsageMessageSpec.keyValuesMap("0:it ran, and the guard found nothing worse",
                        "1:a run failed, or the guard found something worse",
                        "2:wrong usage, or the guard has no ratios for this processor"))
                .footer("", "Ratios above 1 mean that Limbeck is faster. Leave the machine alone while it runs.");
        flag(spec, "--peers", "compare with libtorch, MKL, OpenBLAS and EJML; downloads about 400 MB once (natives: Linux on x86-64)");
        flag(spec, "--quick", "the most telling cases, one JVM each, ops but products and convolutions on one thread only, without EJML:"
                + " about 15 minutes with --peers, instead of three hours");
        value(spec, "--jvms", "N", "so many JVMs for each figure, of which the median counts: 1 with --quick, otherwise 3");
        value(spec, "--only", "PATTERN", "only cases whose names hold this regular expression, such as 'gemm|step'");
        value(spec, "--json", "FILE", "write every ratio as a list of {case, threads, ours, rival, rival_name, unit, ratio}");
        value(spec, "--markdown", "FILE", "write machine, versions, date and every ratio as a page");
        flag(spec, "--list", "list the cases and stop");
        flag(spec, "--guard", "compare a few cases, as ratios to a yardstick, with those of benchmarks/guard.json for this kind of"
                + " processor and name what got worse by more than 10 %%; about a minute");
        flag(spec, "--update", "with --guard: record this processor's ratios in that file instead, where those of others stay;"
                + " about two minutes");
        flag(spec, "--memory", "what a training step of resnet20 takes of memory, with --peers beside libtorch");
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("show this help and exit").build());
        return spec;
    }

    private static void flag(CommandSpec spec, String name, String description) {
        spec.addOption(OptionSpec.builder(name).description(description).build());
    }

    private static void value(CommandSpec spec, String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name).paramLabel(label).type(String.class).description(description).build());
    }

    private static ParseResult parse(String[] args) {
        var line = new CommandLine(spec());
        line.setUsageHelpAutoWidth(false).setUsageHelpWidth(110);
        try {
            return line.parseArgs(args);
        } catch (UnmatchedArgumentException e) {
            String given = e.getUnmatched().getFirst();
            if (!given.startsWith("-")) {
                throw new UsageException("bench: there is no argument '" + given + "'; cases are chosen by --only '" + given + "'");
            }
            throw new UsageException("bench: there is no option '" + given + "'; the nearest are "
                    + Names.nearest(given, e.getCommandLine().getCommandSpec().optionsMap().keySet(), 3) + HELP);
        } catch (ParameterException e) {
            throw new UsageException("bench: " + e.getMessage().lines().findFirst().orElse("wrong usage") + HELP);
        }
    }

    private static void execute(ParseResult options, Screen screen) {
        boolean peers = options.hasMatchedOption("--peers");
        if (options.hasMatchedOption("--update") && !options.hasMatchedOption("--guard")) {
            throw new UsageException("--update: needs --guard, whose file it writes");
        }
        if (options.hasMatchedOption("--guard")) {
            alone("--guard", options, Set.of("--update"));
            guard(Path.of(System.getProperty(HOME, "benchmarks"), "guard.json"), options.hasMatchedOption("--update"), screen);
            return;
        }
        if (options.hasMatchedOption("--memory")) {
            alone("--memory", options, Set.of("--peers"));
            if (peers) {
                requirePeers(new Harness());
            }
            screen.progress("training resnet20 ...");
            screen.result(MemoryReport.of(peers));
            return;
        }
        List<Case> cases = cases(options);
        if (options.hasMatchedOption("--list")) {
            cases.forEach(one -> screen.result(one.name()));
            return;
        }
        var harness = new Harness();
        Set<Rival> rivals = peers ? Rival.all(options.hasMatchedOption("--quick")) : Set.of();
        if (peers) {
            requirePeers(harness);
        }
        compare(cases, rivals, harness, options, screen);
    }

    /** An option that changes what the command does leaves no room for most others. */
    private static void alone(String option, ParseResult options, Set<String> companions) {
        for (OptionSpec other : options.matchedOptions()) {
            if (!other.longestName().equals(option) && !companions.contains(other.longestName())) {
                throw new UsageException(option + ": does not go with " + other.longestName());
            }
        }
    }

    private static void requirePeers(Harness harness) {
        if (Cases.all().stream().noneMatch(one -> harness.has(Rival.LIBTORCH.benchmark(one)))) {
            throw new UsageException("--peers: the rivals are not built in; start it as ./limbeck bench --peers, or build with -Ppeers");
        }
    }

    private static List<Case> cases(ParseResult options) {
        String pattern = options.matchedOptionValue("--only", "");
        try {
            var only = Pattern.compile(pattern);
            boolean quickly = options.hasMatchedOption("--quick");
            List<Case> cases = Cases.all().stream().filter(one -> !quickly || !one.is(Case.Trait.SLOW))
                    .filter(one -> only.matcher(one.name()).find()).toList();
            if (cases.isEmpty()) {
                throw new UsageException("--only: no case has '" + pattern + "' in its name; limbeck bench --list shows them");
            }
            return cases;
        } catch (PatternSyntaxException e) {
            throw new UsageException("--only: '" + pattern + "' is no regular expression: " + e.getDescription());
        }
    }

    private static void compare(List<Case> cases, Set<Rival> rivals, Harness harness, ParseResult options, Screen screen) {
        String json = options.matchedOptionValue("--json", "");
        String markdown = options.matchedOptionValue("--markdown", "");
        if (!json.isEmpty()) {
            Output.check("--json", Path.of(json));
        }
        if (!markdown.isEmpty()) {
            Output.check("--markdown", Path.of(markdown));
        }
        boolean quickly = options.hasMatchedOption("--quick");
        int jvms = jvms(options.matchedOptionValue("--jvms", quickly ? "1" : "3"));
        if (quickly) {
            screen.note("--quick leaves out " + (rivals.isEmpty() ? "" : "EJML, ")
                    + "the slower and rarer cases, and two threads for ops but products and convolutions");
        }
        var comparison = new Comparison(harness, screen, quickly, jvms);
        List<Ratio> ratios = comparison.run(cases, rivals);
        screen.result(Report.table(ratios));
        screen.result("");
        screen.result(Report.verdict(ratios));
        if (!json.isEmpty()) {
            Output.write(Path.of(json), Report.json(ratios));
        }
        if (!markdown.isEmpty()) {
            var notes = new ArrayList<>(comparison.absences());
            notes.addAll(comparison.failures());
            String how = (jvms == 1 ? "Each figure is of one JVM" : "Each figure is the median of " + jvms + " JVMs")
                    + (quickly ? ", and only the most telling cases were run, without EJML (`--quick`)" : "");
            Output.write(Path.of(markdown), Report.markdown(ratios, Machine.describe(rivals), how, notes));
        }
        if (!comparison.failures().isEmpty()) {
            int count = comparison.failures().size();
            throw new CommandException("bench: " + count + (count == 1 ? " run" : " runs") + " gave no result: "
                    + String.join("; ", comparison.failures()), null);
        }
    }

    private static int jvms(String given) {
        if (!given.matches("[1-9]\\d?")) {
            throw new UsageException("--jvms: '" + given + "' is not a number from 1 to 99");
        }
        return Integer.parseInt(given);
    }

    private static void guard(Path file, boolean update, Screen screen) {
        var guard = new Guard(screen, Guard::inChild);
        Processor processor = Machine.processor();
        if (update) {
            Output.check("--update", file);
            GuardFile earlier = GuardFile.readOrEmpty(file);
            Output.write(file, earlier.with(processor, guard.record()).json());
            screen.result("wrote the ratios of " + processor + " into " + file);
            return;
        }
        Map<String, Double> before = GuardFile.read(file).of(processor);
        List<Guard.Finding> findings = guard.compare(before);
        screen.result(Guard.table(findings));
        List<String> worse = findings.stream().filter(Guard.Finding::isWorse).map(f -> f.one().title()).toList();
        if (!worse.isEmpty()) {
            throw new CommandException("guard: slower than " + file.getFileName() + " by more than 10 %: " + String.join("; ", worse), null);
        }
    }
}
