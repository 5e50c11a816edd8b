package limbeck.distill.cli;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import limbeck.distill.data.DataException;
import limbeck.nn.Names;
import limbeck.nn.io.SafetensorsException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code limbeck}. Exit codes: 0 for success, 1 for a failure, 2 for wrong usage, 130 after Ctrl-C. Every failure is one
 * sentence on standard error; with {@code LIMBECK_DEBUG=1} its stack trace follows.
 */
public final class Main {
    private static final int FAILURE = 1;
    private static final int USAGE = 2;

    private Main() {
    }

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        System.exit(run(args, Terminal.system()));
    }

    /**
     * Runs a command.
     *
     * @return the exit code
     */
    static int run(String[] args, Terminal terminal) {
        return guard(() -> execute(args, terminal), terminal);
    }

    /** Runs anything, and tells of its failure as {@link #run} does. */
    static int guard(Runnable command, Terminal terminal) {
        try {
            command.run();
            return 0;
        } catch (RuntimeException | Error e) {
            terminal.error("limbeck: " + sentence(e));
            if ("1".equals(System.getenv("LIMBECK_DEBUG"))) {
                terminal.trace(e);
            }
            return e instanceof UsageException || e instanceof IllegalArgumentException ? USAGE : FAILURE;
        }
    }

    private static void execute(String[] args, Terminal terminal) {
        var commands = new LinkedHashMap<String, Command>();
        commands.put("distill", new DistillCommand());
        commands.put("compare", new CompareCommand());
        commands.put("train", new TrainCommand());
        commands.put("evaluate", new EvaluateCommand());
        commands.put("models", new ModelsCommand());
        commands.put("methods", new MethodsCommand());
        commands.put("plot-schedule", new PlotScheduleCommand());
        commands.put("devices", new DevicesCommand());
        CommandLine line = commandLine(commands);
        ParseResult parsed = parse(line, args);
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        CommandLine.Help.Ansi colours = terminal.isLive() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
        if (last.isVersionHelpRequested()) {
            terminal.result("limbeck " + Version.TEXT);
        } else if (last == parsed || last.isUsageHelpRequested()) {
            terminal.result(last.commandSpec().commandLine().getUsageMessage(colours).stripTrailing());
        } else {
            commands.get(last.commandSpec().name()).run(last, terminal);
        }
    }

    private static CommandLine commandLine(Map<String, Command> commands) {
        var root = CommandSpec.create().name("limbeck");
        root.usageMessage().description("Distils large models into small ones.")
                .footer("", "limbeck COMMAND --help tells more. Without any options, 'limbeck distill' runs on generated digits.");
        root.addOption(OptionSpec.builder("-V", "--version").versionHelp(true).description("show the version and exit").build());
        addHelp(root);
        commands.forEach((name, command) -> {
            CommandSpec spec = command.spec();
            addHelp(spec);
            root.addSubcommand(name, new CommandLine(spec.name(name)));
        });
        var line = new CommandLine(root);
        line.setUsageHelpAutoWidth(false).setUsageHelpWidth(110);
        return line;
    }

    private static void addHelp(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("show this help and exit").build());
        spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }

    private static ParseResult parse(CommandLine line, String[] args) {
        try {
            return line.parseArgs(args);
        } catch (UnmatchedArgumentException e) {
            throw new UsageException(unmatched(e));
        } catch (ParameterException e) {
            String sentence = Text.oneLine(e.getMessage());
            throw new UsageException(Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1) + " ("
                    + help(e.getCommandLine()) + ")");
        }
    }

    private static String unmatched(UnmatchedArgumentException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String given = e.getUnmatched().getFirst();
        boolean option = given.startsWith("-");
        // Of --epcohs=3 the name alone.
        String name = option && given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
        List<String> known = List.copyOf(option ? spec.optionsMap().keySet() : spec.subcommands().keySet());
        String what = option ? "option" : spec.subcommands().isEmpty() ? "argument" : "command";
        return "there is no " + what + " '" + Text.oneLine(name) + "'"
                + (known.isEmpty() ? "" : "; the nearest are " + Names.nearest(name, known, 3))
                + " (" + help(e.getCommandLine()) + ")";
    }

    private static String help(CommandLine line) {
        return line.getCommandSpec().qualifiedName() + " --help lists all";
    }

    /** What to tell a user. Our own exceptions are sentences already; others are faults of ours. */
    private static String sentence(Throwable failure) {
        return switch (failure) {
            case UsageException e -> e.getMessage();
            case CommandException e -> e.getMessage();
            case DataException e -> e.getMessage();
            case SafetensorsException e -> e.getMessage();
            case OutOfMemoryError _ -> "there is not enough memory (" + Runtime.getRuntime().maxMemory() / (1 << 20)
                    + " MiB); take a smaller --batch, or give the JVM more, such as LIMBECK_JAVA_OPTS=-Xmx8g";
            default -> known(failure) && failure.getMessage() != null ? Text.oneLine(failure.getMessage())
                    : "an unexpected error, " + Text.oneLine(failure.toString())
                    + "; please report it with what LIMBECK_DEBUG=1 shows";
        };
    }

    /** Whether the exception's class is one that the library throws, by contract, with a sentence. */
    private static boolean known(Throwable failure) {
        Class<?> type = failure.getClass();
        return failure instanceof IllegalArgumentException && type != NumberFormatException.class
                || type == IllegalStateException.class || type == ArithmeticException.class || type == UncheckedIOException.class;
    }
}
