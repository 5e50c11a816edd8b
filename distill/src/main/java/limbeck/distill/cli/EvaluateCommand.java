package limbeck.distill.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import limbeck.distill.data.Dataset;
import limbeck.distill.data.Loader;
import limbeck.distill.data.Splits;
import limbeck.distill.data.Statistics;
import limbeck.distill.experiment.Evaluation;
import limbeck.distill.experiment.Experiment;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.Settings;
import limbeck.distill.experiment.Stopwatch;
import limbeck.distill.tasks.Head;
import limbeck.nn.Module;
import limbeck.nn.io.Checkpoint;
import limbeck.nn.io.SafetensorsException;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Threads;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code limbeck evaluate}: how good and how fast a saved model is, and which classes it mistakes. */
final class EvaluateCommand implements Command {
    private final SettingOptions options = SettingOptions.of(EnumSet.of(Setting.DATA, Setting.DATA_DIR, Setting.BATCH,
            Setting.THREADS, Setting.PRECISION, Setting.DEVICE, Setting.STUDENT), Map.of(Setting.STUDENT, "model"));

    @Override
    public CommandSpec spec() {
        var spec = CommandSpec.create();
        spec.usageMessage().description("Tests a saved model on the test part of a data set.");
        spec.addOption(OptionSpec.builder("--weights").paramLabel("FILE").type(String.class).required(true)
                .description("safetensors file of the model").build());
        options.addTo(spec);
        return spec;
    }

    @Override
    public void run(ParseResult arguments, Terminal terminal) {
        Settings settings = options.read(arguments, Settings.DEFAULT).settings();
        Path file = SettingOptions.path(arguments, "--weights");
        ModelCard card = ModelCard.read(file);
        if (card == null && !settings.isChosen(Setting.STUDENT)) {
            throw new UsageException("--weights: " + file + " does not say which architecture it holds; name it with --model");
        }
        String architecture = settings.isChosen(Setting.STUDENT) ? settings.text(Setting.STUDENT) : card.architecture();
        if (settings.count(Setting.THREADS) > 0) {
            Threads.use(settings.count(Setting.THREADS));
        }
        Precision.use(Precision.of(settings.text(Setting.PRECISION)));
        Device device = Device.of(settings.text(Setting.DEVICE));
        var progress = new ProgressView(terminal, true);
        Splits data = Experiment.load(settings, progress);
        if (card != null && (!card.input().equals(data.train().shape()) || card.classes() != data.train().classes())) {
            throw new CommandException("the model in " + file + " takes " + Text.shape(card.input()) + " in " + card.classes()
                    + " classes, but " + data.train().name() + " is " + Text.shape(data.train().shape()) + " in "
                    + data.train().classes() + "; give its data with --data", null);
        }
        List<Head> heads = card == null ? List.of() : card.heads();
        int answers = heads.isEmpty() ? data.train().classes() : Head.width(heads);
        Module model = Models.build(architecture, data.train().shape(), answers, Key.of(0));
        model.to(device);
        load(file, model, card);
        Statistics normalisation = card == null ? data.train().statistics() : card.normalisation();
        int batch = Math.min(settings.count(Setting.BATCH), data.test().size());
        var loader = Loader.of(data.test(), batch).normalise(normalisation).on(device).build();
        report(terminal, architecture, data.test(), Evaluation.of(model, loader, data.test(), heads, done -> { }));
        double latency = Stopwatch.forwardSeconds(model, device, data.test().shape(), 1);
        double throughput = batch / Stopwatch.forwardSeconds(model, device, data.test().shape(), batch);
        terminal.result("Latency " + Text.significant(1000 * latency) + " ms for one image, "
                + Text.count(Math.round(throughput)) + " images/s in batches of " + batch
                + ", on " + device.name() + " with " + Text.count(Threads.count(), "thread") + ".");
    }

    private static void load(Path file, Module model, ModelCard card) {
        try {
            Checkpoint.load(file, model);
        } catch (SafetensorsException e) {
            if (card != null && !card.tasks().isEmpty()) {
                throw new CommandException(e.getMessage() + " (it is of several tasks; a teacher's file holds a model for each, which only "
                        + "--teacher-weights with the same tasks can read)", e);
            }
            if (card == null || card.method().isEmpty()) {
                throw e;
            }
            throw new CommandException(e.getMessage() + " (it was distilled by " + card.method()
                    + "; what a method such as simkd adds to a student cannot be built here)", e);
        }
    }

    private static void report(Terminal terminal, String architecture, Dataset test, Evaluation evaluation) {
        terminal.result(architecture + " on " + test.name() + ": " + Text.percent(evaluation.accuracy(), 2) + " % right, "
                + Text.count(evaluation.errors()) + " of " + Text.count(test.size()) + " wrong"
                + (test.classCounts().isImbalanced() ? ", balanced accuracy " + Text.percent(evaluation.balancedAccuracy(), 2) + " %." : "."));
        terminal.result("");
        if (evaluation.heads().isEmpty()) {
            confusion(terminal, test, evaluation);
        }
        for (Head head : evaluation.heads()) {
            Evaluation own = evaluation.of(head);
            terminal.result(head.name() + ": " + Text.percent(own.accuracy(), 2) + " % right, " + Text.count(own.errors()) + " of "
                    + Text.count(own.labels().length) + " wrong.");
        }
        terminal.result("");
    }

    private static void confusion(Terminal terminal, Dataset test, Evaluation evaluation) {
        int[][] confusion = new int[test.classes()][test.classes()];
        for (int i = 0; i < test.size(); i++) {
            confusion[evaluation.labels()[i]][evaluation.prediction(i)]++;
        }
        List<String> names = test.classNames();
        var table = new Table("LRRRL", "Class", "Examples", "Errors", "Right (%)", "Most often taken for");
        for (int label = 0; label < confusion.length; label++) {
            int examples = 0;
            int mistaken = -1;
            for (int c = 0; c < confusion.length; c++) {
                int count = confusion[label][c];
                examples += count;
                mistaken = c != label && count > 0 && (mistaken < 0 || count > confusion[label][mistaken]) ? c : mistaken;
            }
            int errors = examples - confusion[label][label];
            table.row(names.get(label), Text.count(examples), Text.count(errors), Text.percent(1 - (double) errors / examples, 2),
                    mistaken < 0 ? "-" : names.get(mistaken) + " (" + Text.count(confusion[label][mistaken]) + ")");
        }
        terminal.result(table.toString());
    }
}
