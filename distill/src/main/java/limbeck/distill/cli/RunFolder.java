package limbeck.distill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import limbeck.distill.data.Statistics;
import limbeck.distill.experiment.EpochReport;
import limbeck.distill.experiment.Evaluation;
import limbeck.distill.experiment.Keeper;
import limbeck.distill.experiment.Listener;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Results;
import limbeck.distill.experiment.Role;
import limbeck.distill.experiment.Setting;
import limbeck.distill.experiment.TrainingStep;
import limbeck.distill.teachers.Spokesman;
import limbeck.nn.Module;
import limbeck.nn.io.Checkpoint;

/**
 * The folder of {@code --out}: after each epoch it holds the model in training, the history and the log of steps as they are then, and what
 * a run that was killed goes on from; at the end the summary and the curves. Once closed nothing more is written.
 */
final class RunFolder implements Listener, Keeper {
    private static final String SUMMARY = "summary.json";
    private static final String HISTORY = "history.csv";
    private static final String CURVES = "curves.svg";
    private static final String STEPS = "steps.csv";

    private final Path folder;
    private final SettingOptions options;
    private final boolean single;
    private final ResumeFolder resume;
    private final StepsCsv steps;
    private final List<EpochReport> history = new ArrayList<>();
    /** How far the model in each file has come. */
    private final Map<String, String> states = new LinkedHashMap<>();
    private Plan plan;
    private Statistics statistics;
    private boolean closed;

    /**
     * Makes the folder if there is none, and sees whether it can be written to.
     *
     * @param folder where
     * @param options the settings by their names here
     * @param single whether there is only one model, which then is not called by its role
     * @param resuming whether to go on with the run that is there
     * @throws CommandException in one sentence, if it cannot be made or written to, or there is a finished run to go on with
     */
    RunFolder(Path folder, SettingOptions options, boolean single, boolean resuming) {
        this.folder = folder;
        this.options = options;
        this.single = single;
        prepare(folder);
        resume = new ResumeFolder(folder, options, resuming);
        steps = new StepsCsv(folder.resolve(STEPS));
        if (resuming && !resume.isResuming() && Files.exists(folder.resolve(SUMMARY))) {
            throw new CommandException("--resume: the run in " + folder + " is finished; leave --resume out to run it again", null);
        }
    }

    /**
     * Makes a folder if there is none, and sees whether it can be written to.
     *
     * @throws CommandException in one sentence, if it cannot be made or written to
     */
    static void prepare(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new CommandException("--out: " + folder + " is a file; give a folder, which is made if there is none", null);
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".limbeck", ".tmp"));
        } catch (IOException e) {
            throw new CommandException("--out: " + folder + " cannot be written to (" + AtomicFile.reason(e) + ")", e);
        }
    }

    /** Where it is. */
    Path path() {
        return folder;
    }

    /** Whether it holds a run to go on with, and that was asked for. */
    boolean isResuming() {
        return resume.isResuming();
    }

    @Override
    public void planned(Plan plan) {
        this.plan = plan;
        resume.planned(plan);
        if (resume.isResuming()) {
            steps.resume(resume.steps());
            sweep();
        }
        statistics = plan.data().train().statistics();
    }

    /** Takes away what a process that was killed while it wrote a file has left beside it. */
    private void sweep() {
        try (var files = Files.newDirectoryStream(folder, ".*.{part,tmp}")) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be written (" + AtomicFile.reason(e) + ")", e);
        }
    }

    @Override
    public Optional<Kept> begin() {
        return resume.begin();
    }

    @Override
    public synchronized void resumed(List<EpochReport> done) {
        history.addAll(done);
        remember(done.getLast());
    }

    @Override
    public synchronized void stepped(TrainingStep step) {
        steps.add(step, role(step.role()));
    }

    @Override
    public synchronized void keep(Kept kept) {
        if (!closed) {
            resume.keep(kept, steps.rows());
        }
    }

    @Override
    public synchronized void epochEnded(EpochReport report, Module model) {
        if (closed) {
            return;
        }
        history.add(report);
        save(report.role(), report.seed(), report.epoch(), model);
        AtomicFile.write(folder.resolve(HISTORY), HistoryCsv.of(history, this::role));
        steps.write();
        remember(report);
    }

    private void remember(EpochReport last) {
        int epochs = plan.settings().count(last.role().isTeacher() ? Setting.TEACHER_EPOCHS : Setting.EPOCHS);
        states.put(file(last.role(), last.seed()), last.epoch() == epochs ? "finished" : "after epoch " + last.epoch() + " of " + epochs);
    }

    @Override
    public synchronized void finished(Role role, long seed, Module model, Evaluation evaluation) {
        // A model that was read and not trained has had no epoch. Several as one are kept as what they are.
        if (!closed && !(model instanceof Spokesman) && !states.containsKey(file(role, seed))) {
            save(role, seed, 0, model);
            states.put(file(role, seed), "finished");
        }
    }

    private void save(Role role, long seed, int epoch, Module model) {
        if (states.isEmpty()) {
            // From here on the folder no longer holds what an earlier run's summary tells of.
            delete(SUMMARY);
            delete(CURVES);
            if (!resume.isResuming()) {
                resume.clear();
            }
        }
        String architecture = plan.trainees().stream().filter(trainee -> trainee.role().equals(role)).findFirst().orElseThrow().name();
        String chosen = plan.settings().text(Setting.METHOD);
        boolean taught = !role.isTeacher() && !role.equals(Role.STUDENT_ALONE);
        String method = taught && !chosen.equals(Setting.METHOD.initial()) ? chosen : "";
        ModelCard card = ModelCard.of(architecture, plan.data().train(), statistics, method).of(plan.settings().text(Setting.TASKS));
        Checkpoint.save(folder.resolve(file(role, seed)), model, card.metadata(role(role), seed, epoch));
    }

    private String role(Role role) {
        return single ? "model" : role.key();
    }

    /** The first seed's model has the plain name. */
    private String file(Role role, long seed) {
        String name = single ? "model" : role.equals(Role.STUDENT_DISTILLED) ? "student" : role.key().replace('_', '-');
        return name + (seed == plan.seeds().getFirst() ? "" : "-seed" + seed) + ".safetensors";
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(folder.resolve(name) + ": cannot be replaced (" + AtomicFile.reason(e) + ")", e);
        }
    }

    /** Writes what is known only at the end. */
    synchronized void finish(Results results) {
        if (!closed) {
            AtomicFile.write(folder.resolve(CURVES), Curves.of(results.history(), role -> Text.title(role, single)));
            AtomicFile.write(folder.resolve(SUMMARY), SummaryJson.of(results, options, this::role));
            resume.clear();
        }
    }

    /** Waits for a file that is being written, then lets no further one begin. Tells in part of a sentence what there is. */
    synchronized String close() {
        closed = true;
        if (states.isEmpty()) {
            return "no epoch was finished, so nothing was written to " + folder;
        }
        return folder + " holds " + states.entrySet().stream().map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "))
                + " and " + HISTORY + "; the same command with --resume goes on from there";
    }
}
