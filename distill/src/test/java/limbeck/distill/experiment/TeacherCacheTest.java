package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import limbeck.nn.Module;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A teacher cache by the settings, on a few digits with tiny models. */
class TeacherCacheTest {
    /** Ends a run of which enough has been heard. */
    @SuppressWarnings("serial")
    private static final class Enough extends RuntimeException {
    }

    @TempDir
    private Path folder;

    /** 46 examples, so that the last batch is smaller. */
    private Settings settings(String method, String teacher, String student) {
        return Settings.DEFAULT.with(Setting.METHOD, method).with(Setting.TEACHER, teacher).with(Setting.STUDENT, student)
                .with(Setting.TRAIN_SIZE, "78").with(Setting.VALIDATION, "32").with(Setting.BATCH, "16").with(Setting.TEACHER_EPOCHS, "1")
                .with(Setting.EPOCHS, "4").with(Setting.SEEDS, "2").with(Setting.TRUST_TEACHER, "yes").with(Setting.AUGMENT, "shift:2")
                .with(Setting.VIEWS, "2");
    }

    private Settings cached(Settings settings) {
        return settings.with(Setting.TEACHER_CACHE, folder.toString());
    }

    /** All numbers of the distilled students of both seeds. */
    private static Map<String, float[]> students(Settings settings) {
        var numbers = new TreeMap<String, float[]>();
        assertThrows(Enough.class, () -> Experiment.run(settings, new Listener() {
            @Override
            public void finished(Role role, long seed, Module model, Evaluation evaluation) {
                if (role.equals(Role.STUDENT_DISTILLED)) {
                    model.parameters().forEach((name, parameter) -> numbers.put(seed + " " + name, parameter.tensor().toFloats()));
                    if (seed == 2) {
                        throw new Enough();
                    }
                }
            }
        }));
        return numbers;
    }

    private static Plan planned(Settings settings) {
        var plans = new ArrayList<Plan>();
        assertThrows(Enough.class, () -> Experiment.run(settings, new Listener() {
            @Override
            public void planned(Plan plan) {
                plans.add(plan);
                throw new Enough();
            }
        }));
        return plans.getFirst();
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /** The methods, the models, and how many files: one for each model and set of layers that is looked at in some stage. */
    @ParameterizedTest
    @CsvSource({"kd, mlp-24, mlp-16, 1", "'fitnet(mode=staged),kd,ema', cnn-tiny, cnn-tiny, 2", "kd, '2*mlp-24', mlp-16, 2"})
    void studentsHaveTheSameBitsAsWithoutOne(String method, String teacher, String student, int files) throws Exception {
        Settings settings = settings(method, teacher, student);
        Map<String, float[]> without = students(settings);
        Map<String, float[]> with = students(cached(settings));
        assertEquals(without.keySet(), with.keySet());
        without.forEach((name, values) -> assertArrayEquals(values, with.get(name), name));
        assertEquals(files, files().size(), "shared by both seeds and all stages");
        byte[] before = Files.readAllBytes(files().getFirst());
        students(cached(settings).with(Setting.EPOCHS, "5"));
        assertArrayEquals(before, Files.readAllBytes(files().getFirst()), "a later run reads it");
    }

    @Test
    void thePlanTellsItsSizeAndWritesNothing() throws Exception {
        Plan plan = planned(cached(settings("kd", "mlp-24", "mlp-16")));
        assertEquals("teacher cache in " + folder + ": f32, 44 bytes for each of 46 examples in 2 views, 8.2 kB", plan.notes().getLast());
        assertTrue(files().isEmpty());
        assertTrue(planned(cached(settings("kd", "mlp-24", "mlp-16")).with(Setting.TEACHERS, "each")).notes().getLast()
                .endsWith(", for each seed's teacher"));
        // One teacher for both seeds, and of each seed the first generation.
        assertTrue(planned(cached(settings("kd", "mlp-24", "mlp-16")).with(Setting.GENERATIONS, "2")).notes().getLast()
                .endsWith(": f32, 132 bytes for each of 46 examples in 2 views, 24.5 kB in 3 files"));
        assertTrue(planned(cached(settings("kd", "2*mlp-24", "mlp-16"))).notes().getLast().contains(": f32, 88 bytes for each of 46 examples in "
                + "2 views, 16.3 kB in 2 files"));
        String none = planned(cached(settings("tf-kd(mode=self)", "mlp-24", "mlp-16"))).notes().getLast();
        assertEquals("no loss looks at the teacher, so nothing is cached", none);
    }

    @Test
    void aFolderThatCannotBeWrittenToIsFoundBeforeTheTeacherIsTrained() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Settings settings = settings("kd", "mlp-24", "mlp-16").with(Setting.TEACHER_CACHE, file.toString());
        var begun = new ArrayList<Role>();
        var refusal = assertThrows(UncheckedIOException.class, () -> Experiment.run(settings, new Listener() {
            @Override
            public void started(Role role, long seed, String what) {
                begun.add(role);
            }
        }));
        assertEquals("teacher-cache: " + file + " is no folder that can be written to; give another one", refusal.getMessage());
        assertEquals(List.of(), begun);
    }

    @Test
    void thePlanFindsWhatCannotBeKept() {
        Settings fresh = cached(settings("kd", "mlp-24", "mlp-16")).with(Setting.VIEWS, "0");
        String sentence = assertThrows(IllegalArgumentException.class, () -> Experiment.run(fresh, Listener.NONE)).getMessage();
        assertTrue(sentence.startsWith("views: the teacher sees another augmentation in each epoch"), sentence);
        assertFalse(planned(fresh.with(Setting.TEACHER_VIEW, "none")).notes().isEmpty());
        Settings layers = cached(settings("at", "cnn-tiny", "cnn-tiny")).with(Setting.CACHE_FORMAT, "top-3");
        String other = assertThrows(IllegalArgumentException.class, () -> Experiment.run(layers, Listener.NONE)).getMessage();
        assertTrue(other.startsWith("cache: top-3 keeps logits alone"), other);
    }
}
