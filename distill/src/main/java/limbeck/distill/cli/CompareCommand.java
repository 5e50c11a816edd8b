package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.experiment.Contest;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Standings;
import limbeck.distill.method.Choice;
import limbeck.distill.method.Method;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck compare}: many methods on the same teacher, student and seeds, sorted by what they gain. */
final class CompareCommand implements Command {
    /** What has no meaning here, since there is one teacher and the methods are the point. */
    private static final Set<Setting> SETTINGS = EnumSet.complementOf(EnumSet.of(Setting.METHOD, Setting.TEACHERS, Setting.ASSISTANTS,
            Setting.GENERATIONS, Setting.GENERATION_ENSEMBLE, Setting.OMIT));
    /** Two residual networks: every method that does not need equal architectures can work with them. */
    private static final Settings BASE = Settings.DEFAULT.with(Setting.TEACHER, "resnet20").with(Setting.STUDENT, "resnet8");

    private final SettingOptions options = SettingOptions.of(SETTINGS, Map.of());

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Trains a student by every method, from the same teacher, first weights and batches, and sorts the "
                + "methods by what they gain over the student trained alone.");
        spec.addOption(OptionSpec.builder("--methods").paramLabel("LIST").type(String.class)
                .description("all, or methods joined by commas, options in parentheses, one also several times: kd,kd(temperature=8),dkd(beta=2) (default: all)").build());
        spec.addOption(OptionSpec.builder("--budget").paramLabel("MINUTES").type(String.class)
                .description("time for all of it; as many epochs are trained as fit, at most --epochs (default: no limit)").build());
        spec.addOption(OptionSpec.builder("--out").paramLabel("DIR").type(String.class)
                .description("folder for compare.json and compare.svg").build());
        spec.addOption(OptionSpec.builder("--quiet").type(boolean.class).arity("0")
                .description("show nothing but errors and the results").build());
        options.addTo(spec);
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        if (arguments.hasMatchedOption("--quiet")) {
            terminal.quiet();
        }
        RecipeFile recipe = options.read(arguments, BASE);
        List<Choice> methods = methods(arguments.matchedOptionValue("--methods", "all"));
        double minutes = minutes(arguments.matchedOptionValue("--budget", (String) null));
        Path out = SettingOptions.path(arguments, "--out");
        if (out != null) {
            RunFolder.prepare(out);
        }
        var files = new StandingsFiles(out);
        var view = new ContestView(terminal, recipe, minutes, files);
        try (var _ = new Interruption(terminal, files::close)) {
            Standings standings = Contest.run(recipe.settings(), methods, minutes, view, new ProgressView(terminal, false));
            terminal.info("");
            terminal.result(StandingsText.table(standings));
            terminal.info("");
            terminal.info("Took " + Text.time(standings.seconds()) + "."
                    + (out == null ? "" : " " + out + " holds compare.json and compare.svg."));
        } finally {
            terminal.erase();
        }
    }

    private static List<Choice> methods(String text) {
        try {
            return text.equals("all") ? Methods.all().stream().map(Method::plain).toList() : Methods.alternatives(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--methods: " + e.getMessage().replaceFirst("^method: ", ""));
        }
    }

    private static double minutes(String text) {
        if (text == null) {
            return 0;
        }
        try {
            double minutes = Double.parseDouble(text);
            if (minutes > 0 && minutes < 1e6) {
                return minutes;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException("--budget: needs a number of minutes above 0, got '" + Text.oneLine(text) + "'");
    }
}
