package limbeck.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.experiment.Setting;
import limbeck.distill.logits.LogitKd;
import limbeck.distill.method.Compares;
import limbeck.distill.method.Method;
import limbeck.distill.method.Option;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck methods}: which ways to distil there are, and what can be chosen about them. */
final class MethodsCommand implements Command {
    private static final int WIDTH = 110;
    private static final int NAME = 22;
    private static final int COMPARES = 13;

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Lists the methods that --method knows, or shows one of them with all its options.");
        spec.addPositional(PositionalParamSpec.builder().paramLabel("NAME").index("0").arity("0..1").type(String.class)
                .description("a method, such as dkd").build());
        spec.addOption(OptionSpec.builder("--json").paramLabel("FILE").type(String.class)
                .description("write the same into a file, as a list of objects").build());
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        String name = arguments.matchedPositionalValue(0, (String) null);
        List<Method> methods = name == null ? Methods.all() : List.of(Methods.of(name));
        Path file = SettingOptions.path(arguments, "--json");
        if (file != null) {
            AtomicFile.write(file, json(methods));
        }
        terminal.result(name == null ? table(methods) : details(methods.getFirst()));
    }

    private static String table(List<Method> methods) {
        var lines = new ArrayList<String>();
        lines.add(padded("Method", NAME) + padded("Compares", COMPARES) + "Paper; advice; options with their defaults");
        lines.add("─".repeat(WIDTH));
        for (Method method : methods) {
            lines.add(padded(method.name(), NAME) + padded(method.compares().toString(), COMPARES) + method.paper());
            Text.wrapped(method.advice(), WIDTH - NAME).forEach(line -> lines.add(" ".repeat(NAME) + line));
            Text.wrapped(options(method), WIDTH - NAME).forEach(line -> lines.add(" ".repeat(NAME) + line));
        }
        lines.add("");
        lines.addAll(Text.wrapped("Every method has weight, ce (of the cross-entropy with the labels) and warmup (0 where it is not shown; "
                + "a part of the epochs). 'limbeck methods NAME' tells what the options mean.", WIDTH));
        return String.join("\n", lines);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private static String options(Method method) {
        return method.options().stream().filter(option -> !(option.name().equals(Method.WARMUP) && option.initial().equals("0")))
                .map(option -> option.name() + "=" + Text.shortened(option.initial())).collect(Collectors.joining(", "));
    }

    private static String details(Method method) {
        var lines = new ArrayList<String>();
        lines.add(method.name() + ": " + method.paper());
        lines.add("Compares " + (method.compares() == Compares.REGULARISER ? "little: it is a regulariser, to stand beside another loss"
                : method.compares().toString()) + ".");
        lines.addAll(Text.wrapped("Advice: " + method.advice() + ".", WIDTH));
        lines.add("");
        int name = width(method.options().stream().map(Option::name).toList(), "Option");
        int initial = width(method.options().stream().map(option -> Text.shortened(option.initial())).toList(), "Default");
        lines.add(padded("Option", name) + padded("Default", initial) + "Meaning");
        lines.add("─".repeat(WIDTH));
        for (Option option : method.options()) {
            List<String> help = Text.wrapped(option.help(), WIDTH - name - initial);
            lines.add(padded(option.name(), name) + padded(Text.shortened(option.initial()), initial) + help.getFirst());
            help.stream().skip(1).forEach(line -> lines.add(" ".repeat(name + initial) + line));
        }
        lines.add("");
        if (method == LogitKd.METHOD) {
            lines.addAll(Text.wrapped("In 'limbeck distill' --temperature (" + Setting.TEMPERATURE.initial() + ") and --alpha ("
                    + Setting.ALPHA.initial() + ") stand for temperature, weight and ce (1 - alpha) where these are not given here.", WIDTH));
        }
        String changing = method.options().stream().filter(option -> option.range() != null).map(Option::name).collect(Collectors.joining(", "));
        lines.addAll(Text.wrapped("These may change over time, as a schedule such as linear(8, 2, 50%): " + changing
                + ". 'limbeck plot-schedule --help' lists all schedules.", WIDTH));
        Option example = method.options().getLast();
        lines.add("On the command line: --method '" + method.name() + "(" + example.name() + "=" + Text.shortened(example.initial()) + ")'");
        lines.add("In a recipe:         method: {name: " + method.name() + ", " + example.name() + ": " + Text.shortened(example.initial()) + "}");
        return String.join("\n", lines);
    }

    private static int width(List<String> cells, String head) {
        return 2 + Math.max(head.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }

    /** A list of objects; a default that is a number is one there too. */
    private static String json(List<Method> methods) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(methods.stream().map(MethodsCommand::json).toList()) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of text and numbers can be written as JSON", e);
        }
    }

    private static Map<String, Object> json(Method method) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("name", method.name());
        entry.put("paper", method.paper());
        entry.put("compares", method.compares().toString());
        entry.put("advice", method.advice());
        entry.put("options", method.options().stream().map(MethodsCommand::json).toList());
        return entry;
    }

    private static Map<String, Object> json(Option option) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("name", option.name());
        entry.put("default", option.isNumber() ? SettingOptions.number(option.initial()) : option.initial());
        entry.put("help", option.help());
        return entry;
    }
}
