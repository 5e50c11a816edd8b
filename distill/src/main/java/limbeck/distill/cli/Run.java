package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Results;
import limbeck.distill.experiment.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * One training run at the command line, from the plan to the table.
 *
 * @param terminal where it talks to
 * @param options the settings by their names in the command
 * @param recipe the settings, and what they are called
 * @param folder where files go; null for nowhere
 * @param single whether there is only one model, which then is not called by its role
 */
record Run(Terminal terminal, SettingOptions options, RecipeFile recipe, RunFolder folder, boolean single) {
    /** Adds the options that are about the run itself. */
    static void addOptions(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("--out").paramLabel("DIR").type(String.class)
                .description("folder for the models (safetensors), history.csv, summary.json and curves.svg").build());
        spec.addOption(OptionSpec.builder("--quiet").type(boolean.class).arity("0")
                .description("show nothing but errors and the results").build());
    }

    /**
     * A run as the command line wants it.
     *
     * @throws CommandException if the folder cannot be written to
     */
    static Run of(ParseResult arguments, Terminal terminal, SettingOptions options, RecipeFile recipe, boolean single) {
        if (arguments.hasMatchedOption("--quiet")) {
            terminal.quiet();
        }
        Path path = SettingOptions.path(arguments, "--out");
        return new Run(terminal, options, recipe, path == null ? null : new RunFolder(path, options, single), single);
    }

    /** Does it. */
    void start(BiFunction<Settings, Listener, Results> experiment) {
        var listeners = new ArrayList<Listener>(List.of(new Listener() {
            @Override
            public void planned(Plan plan) {
                terminal.info(PlanText.of(plan, recipe, folder == null ? null : folder.path()));
            }
        }, new ProgressView(terminal, single)));
        if (folder != null) {
            listeners.add(folder);
        }
        try (var _ = new Interruption(terminal, this::kept)) {
            Results results = experiment.apply(recipe.settings(), new Fan(listeners));
            if (folder != null) {
                folder.finish(results);
            }
            report(results);
        } finally {
            terminal.erase();
        }
    }

    private String kept() {
        return folder == null ? "nothing was kept, as --out was not given" : folder.close();
    }

    private void report(Results results) {
        terminal.info("");
        terminal.result(ResultText.table(results));
        if (!single) {
            terminal.result("");
            terminal.result(results.verdict());
            if (!results.omissions().isEmpty()) {
                terminal.result("");
                terminal.result(ResultText.omissions(results));
            }
        }
        terminal.info("");
        terminal.info("Took " + Text.time(results.seconds()) + "." + (folder == null ? "" : " " + folder.path() + " holds the "
                + (single ? "model" : "models") + ", history.csv, summary.json and curves.svg."));
    }
}
