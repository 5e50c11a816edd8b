package limbeck.distill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import limbeck.distill.experiment.Experiment;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck distill}: teacher, student alone, student distilled. */
final class DistillCommand implements Command {
    private final SettingOptions options = SettingOptions.all();

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Trains a teacher, distils it into a small student, and compares that with the same "
                + "student trained alone.");
        Run.addOptions(spec);
        options.addTo(spec);
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        RecipeFile recipe = named(options.read(arguments, Settings.DEFAULT));
        Run.of(arguments, terminal, options, recipe, false).start(Experiment::run);
    }

    /** A teacher's file says what it is, unless the user says so. */
    private static RecipeFile named(RecipeFile recipe) {
        Settings settings = recipe.settings();
        String weights = settings.text(Setting.TEACHER_WEIGHTS);
        if (weights.isEmpty() || settings.isChosen(Setting.TEACHER)) {
            return recipe;
        }
        String names = files(weights).stream().map(DistillCommand::architecture).collect(Collectors.joining(","));
        return new RecipeFile(recipe.name(), recipe.description(), settings.with(Setting.TEACHER, names));
    }

    private static List<Path> files(String weights) {
        Path one = SettingOptions.path("--teacher-weights", weights);
        return Files.exists(one) ? List.of(one)
                : Arrays.stream(weights.split(",")).map(file -> SettingOptions.path("--teacher-weights", file.strip())).toList();
    }

    private static String architecture(Path file) {
        ModelCard card = ModelCard.read(file);
        if (card == null) {
            throw new UsageException("--teacher-weights: " + file + " does not say which architecture it holds; name it with --teacher");
        }
        return card.architecture();
    }
}
