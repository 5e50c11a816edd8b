package limbeck.distill.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import limbeck.distill.Frozen;
import limbeck.distill.Teacher;
import limbeck.distill.cache.CacheFormat;
import limbeck.distill.cache.Cached;
import limbeck.distill.cache.FullBatches;
import limbeck.distill.data.TeacherInputs;
import limbeck.nn.Module;
import limbeck.tensor.Key;

/**
 * Finished models as teachers: where the settings name a folder, what they show is kept in it. Without one, they still see full batches, so
 * that a cache of exact numbers changes no bit of a student.
 */
final class TeacherCache implements AutoCloseable {
    private final Workbench bench;
    private final Map<String, Cached> open = new HashMap<>();
    private TeacherInputs inputs;

    TeacherCache(Workbench bench) {
        this.bench = bench;
    }

    private static String folder(Settings settings) {
        return settings.text(Setting.TEACHER_CACHE);
    }

    static boolean isWanted(Settings settings) {
        return !folder(settings).isEmpty();
    }

    /**
     * All that the students' teachers will be shown: the same for all seeds, whose views of an example are the same.
     *
     * @throws IllegalArgumentException if the teachers would see a fresh augmentation in each epoch
     */
    static TeacherInputs inputs(Workbench bench) {
        return bench.studentBatches(Role.STUDENT_DISTILLED, Key.of(0)).teacherInputs();
    }

    static CacheFormat format(Settings settings) {
        return CacheFormat.parse(settings.text(Setting.CACHE_FORMAT));
    }

    /**
     * Makes the folder and sees whether it can be written to: not only once a teacher has been trained.
     *
     * @throws UncheckedIOException in one sentence, if it cannot
     */
    void prepare() {
        if (!isWanted(bench.settings())) {
            return;
        }
        Path folder = Path.of(folder(bench.settings()));
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".limbeck", ".tmp"));
        } catch (IOException e) {
            throw new UncheckedIOException("teacher-cache: " + folder + " is no folder that can be written to; give another one", e);
        }
    }

    /** A finished model as a teacher; it must not change from now on. */
    Teacher of(Module model) {
        var frozen = new Frozen(model);
        Settings settings = bench.settings();
        if (!isWanted(settings)) {
            return new FullBatches(frozen, settings.count(Setting.BATCH));
        }
        if (inputs == null) {
            inputs = inputs(bench);
        }
        return open.computeIfAbsent(frozen.fingerprint().orElseThrow(),
                _ -> new Cached(frozen, inputs, Path.of(folder(settings)), format(settings)));
    }

    @Override
    public void close() {
        open.values().forEach(Cached::close);
        open.clear();
    }
}
