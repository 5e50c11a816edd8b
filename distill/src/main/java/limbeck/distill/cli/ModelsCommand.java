package limbeck.distill.cli;

import java.util.Arrays;
import limbeck.nn.Summary;
import limbeck.nn.models.Models;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck models}: which architectures there are, what they cost, and which layers they have. */
final class ModelsCommand implements Command {
    /** What stands in the table for a family of perceptrons. */
    private static final String EXAMPLE = "mlp-300-100";

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Lists the architectures that --teacher, --student and --model know, or the layers of one.");
        spec.addPositional(PositionalParamSpec.builder().paramLabel("NAME").index("0").arity("0..1").type(String.class)
                .description("one of them, such as resnet20 or mlp-300-100 (default: all)").build());
        spec.addOption(OptionSpec.builder("--layers").type(boolean.class).arity("0")
                .description("list the layers of NAME, for student-layers and teacher-layers of methods").build());
        spec.addOption(OptionSpec.builder("--input").paramLabel("CxHxW").type(String.class)
                .description("shape of one example, such as 3x32x32 (default: 1x28x28)").build());
        spec.addOption(OptionSpec.builder("--classes").paramLabel("N").type(String.class)
                .description("number of classes (default: 10)").build());
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        Shape input = shape(arguments.matchedOptionValue("--input", "1x28x28"));
        String given = arguments.matchedOptionValue("--classes", "10");
        if (!given.matches("[1-9]\\d{0,5}")) {
            throw new UsageException("--classes: needs a whole number from 1 to 999999, got '" + Text.oneLine(given) + "'");
        }
        int classes = Integer.parseInt(given);
        String name = arguments.matchedPositionalValue(0, (String) null);
        if (arguments.hasMatchedOption("--layers")) {
            if (name == null) {
                throw new UsageException("--layers: needs a model's name, as in limbeck models resnet20 --layers");
            }
            terminal.result(LayersText.of(name, Models.build(name, input, classes, Key.of(0)), input));
        } else {
            terminal.result(costs(name, input, classes));
        }
    }

    private static String costs(String name, Shape input, int classes) {
        var table = new Table("LRRRL", "Model", "Parameters", "Multiply-adds", "Size (bytes)", "");
        String inputs = "For inputs of " + Text.shape(input) + " and " + (classes == 1 ? "1 class" : Text.count(classes) + " classes");
        if (name != null) {
            String description = Models.entries().stream().filter(entry -> entry.name().equals(name)).map(Models.Entry::description)
                    .findFirst().orElse("");
            add(table, name, description, Summary.of(Models.build(name, input, classes, Key.of(0)), input.prepend(1)));
            return table + "\n\n" + inputs + ".";
        }
        for (Models.Entry entry : Models.entries()) {
            boolean family = entry.name().contains("<");
            try {
                add(table, entry.name(), entry.description(),
                        Summary.of(Models.build(family ? EXAMPLE : entry.name(), input, classes, Key.of(0)), input.prepend(1)));
            } catch (IllegalArgumentException e) {
                // It does not take such inputs, which the table says.
                table.row(entry.name(), "-", "-", "-", entry.description());
            }
        }
        return table + "\n\n" + inputs + "; " + EXAMPLE + " stands for all mlp-<widths>, a dash for what does not take such inputs.";
    }

    private static void add(Table table, String name, String description, Summary summary) {
        table.row(name, Text.count(summary.parameters()), Text.count(summary.multiplyAdds()), Text.count(summary.bytes()), description);
    }

    private static Shape shape(String text) {
        if (!text.matches("[1-9]\\d{0,4}(x[1-9]\\d{0,4}){0,2}")) {
            throw new UsageException("--input: needs a shape such as 1x28x28, got '" + Text.oneLine(text) + "'");
        }
        return Shape.of(Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray());
    }
}
