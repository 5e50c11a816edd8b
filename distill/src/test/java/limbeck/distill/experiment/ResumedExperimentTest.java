package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import limbeck.distill.Stateful;
import limbeck.nn.Module;
import limbeck.nn.io.Safetensors;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of several teachers, assistants and generations: killed after every epoch and begun again, they end with the same bits. */
class ResumedExperimentTest {
    @TempDir
    private Path folder;

    /** Ends a run when its last model is trained, before the measurements that take the most time. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** The process is gone. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A run's trainings in files, as a process that is killed after its first new epoch leaves them. */
    private static final class Shelf implements Keeper {
        private final Path folder;
        private final List<Kept> trainings;
        private int next;

        Shelf(Path folder, List<Kept> trainings) {
            this.folder = folder;
            this.trainings = trainings;
        }

        private Path file(int number) {
            return folder.resolve(number + ".safetensors");
        }

        @Override
        public Optional<Kept> begin() {
            int number = next++;
            if (number >= trainings.size()) {
                return Optional.empty();
            }
            try (var file = Safetensors.open(file(number))) {
                var state = new LinkedHashMap<String, Tensor>();
                file.names().forEach(name -> state.put(name,
                        file.read(name, file.type(name) == DType.F64 ? Device.reference() : Device.cpu())));
                Kept before = trainings.get(number);
                return Optional.of(new Kept(before.role(), before.seed(), before.reports(), before.finished(), state));
            }
        }

        @Override
        public void keep(Kept kept) {
            int number = next - 1;
            Safetensors.write(file(number), kept.state(), Map.of());
            var described = new Kept(kept.role(), kept.seed(), kept.reports(), kept.finished(), Map.of());
            if (number < trainings.size()) {
                trainings.set(number, described);
            } else {
                trainings.add(described);
            }
            throw new Killed();
        }
    }

    /** What a run ends with: its epochs but for the seconds, and its models. */
    private static final class End implements Listener {
        private final List<EpochReport> epochs = new ArrayList<>();
        private final Map<String, double[]> models = new LinkedHashMap<>();
        private final long lastSeed;

        End(Settings settings) {
            lastSeed = settings.count(Setting.SEEDS);
        }

        @Override
        public void epochEnded(EpochReport report, Module model) {
            epochs.add(untimed(report));
        }

        @Override
        public void resumed(List<EpochReport> reports) {
            reports.forEach(report -> epochs.add(untimed(report)));
        }

        @Override
        public void finished(Role role, long seed, Module model, Evaluation evaluation) {
            Stateful.of(model).state().forEach((path, tensor) -> models.put(role + " " + seed + " " + path, tensor.toDoubles()));
            if (role.equals(Role.STUDENT_DISTILLED) && seed == lastSeed) {
                throw new Enough();
            }
        }

        private static EpochReport untimed(EpochReport report) {
            return new EpochReport(report.role(), report.seed(), report.epoch(), report.learningRate(), report.loss(), report.losses(),
                    report.values(), report.trainAccuracy(), report.testAccuracy(), 0);
        }
    }

    private Settings settings(String changes, String cache) {
        Settings settings = Settings.DEFAULT.with(Setting.TRAIN_SIZE, "80").with(Setting.VALIDATION, "32").with(Setting.BATCH, "16")
                .with(Setting.TEACHER, "mlp-12").with(Setting.STUDENT, "mlp-6").with(Setting.TEACHER_EPOCHS, "2").with(Setting.EPOCHS, "2")
                .with(Setting.SEEDS, "1").with(Setting.TRUST_TEACHER, "yes").with(Setting.AUGMENT, "shift:1");
        for (String change : changes.split("; ")) {
            String[] parts = change.split("=", 2);
            settings = settings.with(Setting.of(parts[0]), parts[1].replace("CACHE", folder.resolve(cache).toString()));
        }
        return settings;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "teacher=2*mlp-12; ensemble-weights=learned; assistants=mlp-10,mlp-8",
        "teacher=mlp-12,mlp-8; ensemble=each; teachers=each; seeds=2",
        "generations=3; method=kd(temperature=range(1, 0.25)),dml",
        "teacher=2*mlp-12; assistants=mlp-8; generations=2; views=2; teacher-cache=CACHE; cache-format=f16",
    })
    void goesOnAsIfItHadNeverStopped(String changes) {
        Settings undisturbed = settings(changes, "whole");
        var whole = new End(undisturbed);
        assertThrows(Enough.class, () -> Experiment.run(undisturbed, whole));
        Settings settings = settings(changes, "killed");
        var trainings = new ArrayList<Keeper.Kept>();
        int kills = 0;
        End end = null;
        for (boolean over = false; !over;) {
            end = new End(settings);
            try {
                Experiment.run(settings, end, new Shelf(folder, trainings));
            } catch (Killed e) {
                kills++;
            } catch (Enough e) {
                over = true;
            }
        }
        assertEquals(whole.epochs.size(), kills);
        assertEquals(whole.epochs, end.epochs);
        assertEquals(whole.models.keySet(), end.models.keySet());
        assertTrue(whole.models.size() > 4, whole.models.keySet().toString());
        for (String path : whole.models.keySet()) {
            assertArrayEquals(whole.models.get(path), end.models.get(path), path);
        }
        assertEquals(files("whole"), files("killed"));
    }

    /** The caches that a run has left, which have the same names if they are of the same teachers. */
    private List<String> files(String cache) {
        String[] names = folder.resolve(cache).toFile().list();
        return names == null ? List.of() : Stream.of(names).sorted().toList();
    }
}
