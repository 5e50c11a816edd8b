package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import limbeck.distill.control.Schedules;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Timetable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck plot-schedule}: all numbers of a recipe that change over time, as one picture, without training anything. */
final class PlotScheduleCommand implements Command {
    private final SettingOptions options = SettingOptions.all();

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Draws the learning rate, the weights of the losses, the temperatures and whatever else changes "
                + "in a recipe's training over time, as one picture (SVG). Nothing is trained, but the data set is read: lengths may be "
                + "given in steps.");
        spec.addPositional(PositionalParamSpec.builder().paramLabel("RECIPE").index("0").type(String.class)
                .description("YAML file of the settings below; options given here win over it").build());
        spec.addOption(OptionSpec.builder("--out").paramLabel("FILE").type(String.class)
                .description("the picture (default: RECIPE-schedule.svg, beside the recipe)").build());
        options.addSettings(spec);
        var footer = new ArrayList<String>();
        footer.add("");
        footer.add("Schedules, wherever a number may change over time; LENGTH is such as 10 epochs, 500 steps, 50%% or all of the");
        footer.add("stage, and SCHEDULE a number or any of these:");
        Schedules.usages().forEach(usage -> footer.add("  " + usage));
        spec.usageMessage().footer(footer.toArray(String[]::new));
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        Path recipe = SettingOptions.path("RECIPE", arguments.matchedPositionalValue(0, ""));
        RecipeFile read = options.read(recipe, arguments, Settings.DEFAULT);
        Path given = SettingOptions.path(arguments, "--out");
        Path out = given == null ? beside(recipe) : given;
        List<Timetable> trainings = Timetable.of(read.settings(), new ProgressView(terminal, false));
        AtomicFile.write(out, ScheduleChart.of(read.name().isEmpty() ? recipe.getFileName().toString() : read.name(), trainings));
        terminal.result("Wrote " + out);
    }

    private static Path beside(Path recipe) {
        String name = recipe.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return recipe.resolveSibling(name + "-schedule.svg");
    }
}
