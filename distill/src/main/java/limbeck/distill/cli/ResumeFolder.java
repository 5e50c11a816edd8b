package limbeck.distill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import limbeck.distill.experiment.Keeper;
import limbeck.distill.experiment.Plan;
import limbeck.distill.experiment.Setting;

/**
 * What {@code --resume} goes on from: a file for each training of a run that is not finished, as it stood after its last epoch. Whether the
 * run is the same is asked of the first of them.
 */
final class ResumeFolder {
    /** What changes no bit of any result. */
    private static final Set<String> FREE = Set.of(Setting.THREADS.key(), Setting.DATA_DIR.key(), Setting.TRUST_TEACHER.key());

    private final Path folder;
    private final SettingOptions options;
    private final boolean resuming;
    private Map<String, String> identity = Map.of();
    private long steps;
    private int training;

    /**
     * A folder that may not be there yet.
     *
     * @param run the folder of the run
     * @param options the settings by their names in the command
     * @param resuming whether to go on from what is there
     */
    ResumeFolder(Path run, SettingOptions options, boolean resuming) {
        this.folder = run.resolve("resume");
        this.options = options;
        this.resuming = resuming && Files.exists(file(1));
    }

    private Path file(int number) {
        return folder.resolve("training-" + number + ".safetensors");
    }

    /** Whether there is something to go on from, and it was asked for. */
    boolean isResuming() {
        return resuming;
    }

    /**
     * The run is known.
     *
     * @throws CommandException in one sentence, if it is to go on from one that was another
     */
    void planned(Plan plan) {
        identity = identity(plan);
        if (resuming) {
            for (int number = 1; Files.exists(file(number)); number++) {
                KeptFile kept = KeptFile.read(file(number), false);
                requireSame(kept.identity());
                steps = kept.steps();
            }
        }
    }

    /** How many steps had been done when the run to go on with was last kept. */
    long steps() {
        return steps;
    }

    private void requireSame(Map<String, String> before) {
        identity.forEach((name, value) -> {
            String old = before.getOrDefault(name, "");
            if (!old.equals(value)) {
                throw new CommandException("--resume: the run in " + folder.getParent() + " has " + name + " " + said(old) + ", this one " + said(value)
                        + "; give the same to go on with it, or leave --resume out to begin anew", null);
            }
        });
    }

    private static String said(String value) {
        return value.isEmpty() ? "none" : Text.oneLine(value);
    }

    private Map<String, String> identity(Plan plan) {
        var identity = new LinkedHashMap<String, String>();
        identity.put("version", Version.TEXT);
        identity.put("kind", plan.teacher() == null ? "train" : "distill");
        options.values(plan.settings()).forEach((name, value) -> {
            if (!FREE.contains(name)) {
                identity.put(name, value.toString());
            }
        });
        if (!plan.settings().teacherFiles().isEmpty()) {
            identity.put("contents of " + Setting.TEACHER_WEIGHTS.key(), digest(plan.settings().teacherFiles()));
        }
        identity.put("training data", plan.data().train().fingerprint());
        identity.put("test data", plan.data().test().fingerprint());
        return identity;
    }

    private static String digest(List<Path> files) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                sha.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("--teacher-weights: " + AtomicFile.reason(e) + ", so whether it is the same teacher cannot be seen", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The next training as it was kept, in the caller's scope. */
    Optional<Keeper.Kept> begin() {
        Path file = file(++training);
        return resuming && Files.exists(file) ? Optional.of(KeptFile.read(file, true).training()) : Optional.empty();
    }

    /** Keeps the training that was begun last. */
    void keep(Keeper.Kept kept, long steps) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(e);
        }
        new KeptFile(identity, steps, kept).write(file(training));
    }

    /** Takes everything away: the run is finished, or another one begins in its place. */
    void clear() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            List<Path> files;
            try (var all = Files.list(folder)) {
                files = all.toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(folder + ": cannot be written (" + AtomicFile.reason(e) + ")", e);
    }
}
