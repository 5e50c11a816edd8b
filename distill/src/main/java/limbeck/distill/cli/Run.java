package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import limbeck.distill.experiment.Keeper;
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
                .description("folder for the models (safetensors), history.csv, steps.csv, summary.json and curves.svg").build());
        spec.addOption(OptionSpec.builder("--resume").type(boolean.class).arity("0")
                .description("go on with the run that was broken off in --out, given with the same settings").build());
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
        boolean resuming = arguments.hasMatchedOption("--resume");
        if (resuming && path == null) {
            throw new UsageException("--resume: needs --out DIR, the folder of the run to go on with");
        }
        RunFolder folder = path == null ? null : new RunFolder(path, options, single, resuming);
        if (resuming && !folder.isResuming()) {
            terminal.info(path + " holds no run that was broken off after an epoch; beginning at the start.");
        }
        return new Run(terminal, options, recipe, folder, single);
    }

    /** What is run. */
    @FunctionalInterface
    interface Comparison {
        /** Runs it. */
        Results run(Settings settings, Listener listener, Keeper keeper);
    }

    /** Does it. */
    void start(Comparison experiment) {
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
            Results results = experiment.run(recipe.settings(), new Fan(listeners), folder == null ? Keeper.NONE : folder);
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
        String tasks = ResultText.tasks(results);
        if (!tasks.isEmpty()) {
            terminal.result("");
            terminal.result(tasks);
        }
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
                + (single ? "model" : "models") + ", history.csv, steps.csv, summary.json and curves.svg."));
    }
}
