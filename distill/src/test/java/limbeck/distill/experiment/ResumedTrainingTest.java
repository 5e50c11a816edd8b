package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.distill.Frozen;
import limbeck.distill.Stateful;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.nn.Module;
import limbeck.nn.io.Safetensors;
import limbeck.tensor.DType;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method: broken off after any epoch and begun again from what was kept, a training ends with the same bits. */
class ResumedTrainingTest {
    private static final int EPOCHS = 4;
    /** Both models of one architecture, which these need. */
    private static final Set<String> TWINS = Set.of("interpolation", "l2", "fsp");
    /** Other ways than the usual ones. */
    private static final List<String> VARIANTS = List.of("tf-kd(mode=self)", "interpolation(joint=yes)", "ema(deploy=average)", "kd,at,ema",
            "kd,interpolation(joint=yes),ema", "crd,ft(paraphraser-epochs=0.5)", "simkd,ema(deploy=average)");

    /** The data, which is read once. */
    private static final Workbench BENCH = new Workbench(settings("kd"), Listener.NONE);

    @TempDir
    private Path folder;

    /** The process is gone. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Keeps in a file, and dies once that holds so many epochs. */
    private record Shelf(Path file, int deadline, List<Kept> last) implements Keeper {
        @Override
        public Optional<Kept> begin() {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            try (var kept = Safetensors.open(file)) {
                var state = new LinkedHashMap<String, Tensor>();
                kept.names().forEach(name -> state.put(name,
                        kept.read(name, kept.type(name) == DType.F64 ? Device.reference() : Device.cpu())));
                Kept before = last.getFirst();
                return Optional.of(new Kept(before.role(), before.seed(), before.reports(), before.finished(), state));
            }
        }

        @Override
        public void keep(Kept kept) {
            Safetensors.write(file, kept.state(), Map.of());
            last.clear();
            last.add(new Kept(kept.role(), kept.seed(), kept.reports(), kept.finished(), Map.of()));
            if (kept.reports().size() == deadline) {
                throw new Killed();
            }
        }
    }

    /** What a training ends with. */
    private record End(List<EpochReport> reports, Map<String, double[]> student, Map<String, double[]> deployed) {
    }

    private static Settings settings(String method) {
        boolean twins = Methods.parse(method).stream().anyMatch(choice -> TWINS.contains(choice.method().name()));
        return Settings.DEFAULT.with(Setting.METHOD, method).with(Setting.TEACHER, twins ? "cnn-tiny" : "cnn-small")
                .with(Setting.STUDENT, "cnn-tiny").with(Setting.TRAIN_SIZE, "72").with(Setting.VALIDATION, "32").with(Setting.BATCH, "16")
                .with(Setting.EPOCHS, Integer.toString(EPOCHS)).with(Setting.AUGMENT, "shift:2").with(Setting.THREADS, "1");
    }

    private static Map<String, double[]> numbers(Module model) {
        var numbers = new LinkedHashMap<String, double[]>();
        Stateful.of(model).state().forEach((path, tensor) -> numbers.put(path, tensor.toDoubles()));
        return numbers;
    }

    /** Everything is made anew, as in a new process. */
    private static End train(Settings settings, Keeper keeper) {
        Workbench bench = BENCH.with(settings);
        Key key = Key.of(7);
        Module teacher = bench.build(settings.text(Setting.TEACHER), key.split("teacher"));
        Module student = bench.student(key);
        Curriculum curriculum = new Teaching(bench, Frozen::new).distilled(
                new Lineup.Learner(Role.STUDENT_DISTILLED, settings.text(Setting.STUDENT), key), student, List.of(teacher));
        var training = new Training(Role.STUDENT_DISTILLED, 7, student, curriculum, new OptimizerChoice(settings, Role.STUDENT_DISTILLED),
                bench.studentBatches(Role.STUDENT_DISTILLED, key), bench.transfer().size());
        List<EpochReport> reports = training.run(bench, Listener.NONE, keeper);
        return new End(reports, numbers(student), numbers(curriculum.deployed()));
    }

    private static List<EpochReport> untimed(List<EpochReport> reports) {
        return reports.stream().map(report -> new EpochReport(report.role(), report.seed(), report.epoch(), report.learningRate(), report.loss(),
                report.losses(), report.values(), report.trainAccuracy(), report.testAccuracy(), 0)).toList();
    }

    private static void assertSame(String what, Map<String, double[]> expected, Map<String, double[]> actual) {
        assertEquals(expected.keySet(), actual.keySet(), what);
        expected.forEach((path, values) -> assertArrayEquals(values, actual.get(path), what + " " + path));
    }

    private static void assertSame(End expected, End actual) {
        assertEquals(untimed(expected.reports), untimed(actual.reports));
        assertSame("student", expected.student, actual.student);
        assertSame("deployed", expected.deployed, actual.deployed);
    }

    private static Stream<String> methods() {
        return Stream.concat(Methods.all().stream().map(Method::name), VARIANTS.stream());
    }

    private void assertResumes(Settings settings) {
        End whole = train(settings, Keeper.NONE);
        int epochs = whole.reports.size();
        assertEquals(settings.count(Setting.EPOCHS), epochs);
        var last = new ArrayList<Keeper.Kept>();
        Path file = folder.resolve("kept.safetensors");
        for (int epoch = 1; epoch < epochs; epoch++) {
            var shelf = new Shelf(file, epoch, last);
            assertThrows(Killed.class, () -> train(settings, shelf));
        }
        assertSame(whole, train(settings, new Shelf(file, 0, last)));
        assertTrue(last.getFirst().finished());
        // A finished training is not done again: only what is used in the end is there.
        End read = train(settings, new Shelf(file, 0, last));
        assertEquals(untimed(whole.reports), untimed(read.reports));
        assertSame("deployed", whole.deployed, read.deployed);
    }

    @Test
    void controllersGoOnToo() {
        assertResumes(settings("kd(temperature=performance(4, 1)),ema,tf-kd(mode=self)").with(Setting.TEACHER, "mlp-24")
                .with(Setting.STUDENT, "mlp-8").with(Setting.EPOCHS, "18").with(Setting.SCHEDULE, "plateau(0.5, 1)").with(Setting.CONTROL, "8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gradnorm", "uncertainty", "validation(0.2)"})
    void balancesGoOnToo(String balance) {
        assertResumes(settings("kd(temperature=range(1, 0.25)),dkd(weight=validation(0.5, 0.1))").with(Setting.TEACHER, "mlp-24")
                .with(Setting.STUDENT, "mlp-8").with(Setting.BALANCE, balance));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void goesOnAsIfItHadNeverStopped(String method) {
        assertResumes(settings(method));
    }
}
