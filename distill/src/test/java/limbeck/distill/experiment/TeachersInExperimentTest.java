package limbeck.distill.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import limbeck.nn.Module;
import limbeck.nn.Summary;
import limbeck.nn.io.Safetensors;
import limbeck.nn.models.Models;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several teachers, assistants and generations in whole runs, on a few digits with tiny models. */
class TeachersInExperimentTest {
    /** Ends a run of which enough has been heard. */
    @SuppressWarnings("serial")
    private static final class Enough extends RuntimeException {
    }

    /** What a run told its listener, up to the last model, without the measurements that take the most time. */
    private static final class Heard implements Listener {
        private final List<EpochReport> epochs = new ArrayList<>();
        private final Map<Role, Evaluation> finished = new TreeMap<>();
        private final Map<String, Double> values = new TreeMap<>();
        private final List<String> trusted = new ArrayList<>();
        private final Role last;
        private Plan plan;

        Heard(Role last) {
            this.last = last;
        }

        @Override
        public void planned(Plan plan) {
            this.plan = plan;
        }

        @Override
        public void stepped(TrainingStep step) {
            values.putAll(step.report().values());
        }

        @Override
        public void epochEnded(EpochReport report, Module model) {
            epochs.add(report);
        }

        @Override
        public void trusted(Role role, long seed, double accuracy, double linear) {
            trusted.add(role.title() + " " + (accuracy > linear));
        }

        @Override
        public void finished(Role role, long seed, Module model, Evaluation evaluation) {
            finished.put(role, evaluation);
            if (role.equals(last)) {
                throw new Enough();
            }
        }

        /** A role's epochs but for the seconds. */
        List<List<Object>> of(Role role) {
            return epochs.stream().filter(epoch -> epoch.role().equals(role))
                    .map(epoch -> List.<Object>of(epoch.epoch(), epoch.losses(), epoch.testAccuracy())).toList();
        }
    }

    /** 64 examples to train on, 32 to test on. */
    private static Settings settings(String... changes) {
        Settings settings = Settings.DEFAULT.with(Setting.TRAIN_SIZE, "96").with(Setting.VALIDATION, "32").with(Setting.BATCH, "16")
                .with(Setting.TEACHER, "mlp-12").with(Setting.STUDENT, "mlp-6").with(Setting.TEACHER_EPOCHS, "2").with(Setting.EPOCHS, "2")
                .with(Setting.SEEDS, "1").with(Setting.TRUST_TEACHER, "yes");
        for (String change : changes) {
            String[] parts = change.split("=", 2);
            settings = settings.with(Setting.of(parts[0]), parts[1]);
        }
        return settings;
    }

    private static Heard heard(Role last, String... changes) {
        var heard = new Heard(last);
        assertThrows(Enough.class, () -> Experiment.run(settings(changes), heard));
        return heard;
    }

    private static Heard heard(String... changes) {
        return heard(Role.STUDENT_DISTILLED, changes);
    }

    private static String refused(String... changes) {
        var heard = new Heard(null);
        String message = assertThrows(IllegalArgumentException.class, () -> Experiment.run(settings(changes), heard)).getMessage();
        assertEquals(List.of(), heard.epochs, "before anything is trained");
        return message;
    }

    @Test
    void theFirstOfSeveralTeachersIsTheOneThatWouldBeAlone() {
        Heard one = heard();
        Heard three = heard("teacher=2*mlp-12,mlp-8");
        assertEquals(one.of(Role.TEACHER), three.of(Role.member(1)));
        assertNotEquals(three.of(Role.member(1)), three.of(Role.member(2)), "a seed of its own");
        assertEquals(one.of(Role.STUDENT_ALONE), three.of(Role.STUDENT_ALONE));
        assertNotEquals(one.of(Role.STUDENT_DISTILLED), three.of(Role.STUDENT_DISTILLED));
        assertEquals(List.of(Role.member(1), Role.member(2), Role.member(3), Role.TEACHER, Role.STUDENT_ALONE, Role.STUDENT_DISTILLED),
                List.copyOf(three.finished.keySet()));
        float[] mean = three.finished.get(Role.TEACHER).logits()[5];
        for (int c = 0; c < mean.length; c++) {
            float sum = 0;
            for (int i = 1; i <= 3; i++) {
                sum += three.finished.get(Role.member(i)).logits()[5][c];
            }
            assertEquals(sum / 3, mean[c], 1e-5);
        }
        assertEquals(List.of("mlp-12", "mlp-12", "mlp-8"), three.plan.trainees(Role.Part.MEMBER).stream().map(Trainee::name).toList());
        assertEquals(three.plan.trainees(Role.Part.MEMBER).stream().mapToLong(member -> member.summary().parameters()).sum(),
                three.plan.teacher().parameters());
        assertEquals("they show the mean of their logits; all count the same", three.plan.ensemble());
    }

    @Test
    void oneTeacherIsAsEver() {
        Heard one = heard();
        assertEquals(one.of(Role.STUDENT_DISTILLED), heard("ensemble=probabilities", "ensemble-weights=confidence").of(Role.STUDENT_DISTILLED));
        assertEquals("", one.plan.ensemble());
        assertEquals(List.of(Role.TEACHER, Role.STUDENT_ALONE, Role.STUDENT_DISTILLED), one.plan.trainees().stream().map(Trainee::role).toList());
    }

    @Test
    void theWaysToWorkTogetherDiffer() {
        var ways = List.of("logits", "probabilities", "each").stream()
                .map(way -> heard("teacher=2*mlp-12", "ensemble=" + way).of(Role.STUDENT_DISTILLED)).toList();
        assertEquals(3, ways.stream().distinct().count());
        var weights = List.of("equal", "1:0", "0.3:0.7", "confidence", "learned").stream()
                .map(way -> heard("teacher=2*mlp-12", "ensemble-weights=" + way).of(Role.STUDENT_DISTILLED)).toList();
        assertEquals(5, weights.stream().distinct().count());
    }

    @Test
    void aTeacherThatCountsAlonePutsTheOthersAside() {
        List<List<Object>> one = heard().of(Role.STUDENT_DISTILLED);
        List<List<Object>> first = heard("teacher=mlp-12,mlp-8", "ensemble=each", "ensemble-weights=1:0").of(Role.STUDENT_DISTILLED);
        for (int i = 0; i < one.size(); i++) {
            assertEquals(one.get(i).get(2), first.get(i).get(2));
        }
    }

    @Test
    void learnedWeightsAreToldWithEachStep() {
        Heard heard = heard("teacher=2*mlp-12", "ensemble-weights=learned");
        double first = heard.values.get("teacher-1.share");
        assertTrue(first > 0 && first < 1 && first != 0.5, heard.values.toString());
        assertEquals(1, first + heard.values.get("teacher-2.share"), 1e-6);
    }

    @Test
    void theSameSeedGivesTheSameNumbersForAnyNumberOfThreads() {
        String[] all = {"teacher=mlp-12,mlp-8", "ensemble-weights=learned", "assistants=mlp-9", "generations=2", "method=kd,ema(decay=0.5)"};
        Heard one = null;
        for (int threads : new int[] {1, 2}) {
            var changes = new ArrayList<>(List.of(all));
            changes.add("threads=" + threads);
            Heard heard = heard(changes.toArray(String[]::new));
            if (one != null) {
                for (Role role : one.finished.keySet()) {
                    assertEquals(one.of(role), heard.of(role), role.title());
                }
            }
            one = heard;
        }
        assertEquals(7, one.finished.size());
    }

    /** Keeps all trainings of a run in files, and breaks off after so many epochs. */
    private static final class Shelf implements Keeper {
        private final Path folder;
        private final Map<Integer, Kept> kept = new TreeMap<>();
        private int current = -1;
        private int left;

        Shelf(Path folder) {
            this.folder = folder;
        }

        void open(int epochs) {
            current = -1;
            left = epochs;
        }

        @Override
        public Optional<Kept> begin() {
            current++;
            return Optional.ofNullable(kept.get(current)).map(last -> {
                try (var file = Safetensors.open(folder.resolve(current + ".safetensors"))) {
                    var state = new TreeMap<String, Tensor>();
                    file.names().forEach(name -> state.put(name, file.read(name, Device.cpu())));
                    return new Kept(last.role(), last.seed(), last.reports(), last.finished(), state);
                }
            });
        }

        @Override
        public void keep(Kept now) {
            Safetensors.write(folder.resolve(current + ".safetensors"), now.state(), Map.of());
            kept.put(current, new Kept(now.role(), now.seed(), now.reports(), now.finished(), Map.of()));
            if (--left == 0) {
                throw new Enough();
            }
        }
    }

    @Test
    void aChainThatIsBrokenOffGoesOnWithTheSameBits(@TempDir Path folder) {
        String[] chain = {"teacher=mlp-12,mlp-8", "ensemble-weights=learned", "assistants=mlp-9", "generations=2"};
        Heard whole = heard(chain);
        var shelf = new Shelf(folder);
        Heard last = null;
        // 2 epochs each of 2 teachers, an assistant, the student alone, a generation and the distilled student.
        for (int i = 0; i < 4; i++) {
            shelf.open(i == 3 ? 100 : 3);
            var heard = new Heard(Role.STUDENT_DISTILLED);
            assertThrows(Enough.class, () -> Experiment.run(settings(chain), heard, shelf));
            last = heard;
        }
        assertEquals(whole.of(Role.STUDENT_DISTILLED).getLast(), last.of(Role.STUDENT_DISTILLED).getLast());
        for (Role role : whole.finished.keySet()) {
            assertArrayEquals(whole.finished.get(role).logits(), last.finished.get(role).logits(), role.title());
        }
    }

    @Test
    void assistantsAreTaughtAndTeach() {
        Heard direct = heard();
        Heard chain = heard("assistants=mlp-10,mlp-8");
        assertEquals(List.of(Role.TEACHER, Role.assistant(1), Role.assistant(2), Role.STUDENT_ALONE, Role.STUDENT_DISTILLED),
                List.copyOf(chain.finished.keySet()));
        assertEquals(direct.of(Role.TEACHER), chain.of(Role.TEACHER));
        assertEquals(direct.of(Role.STUDENT_ALONE), chain.of(Role.STUDENT_ALONE));
        assertNotEquals(direct.of(Role.STUDENT_DISTILLED), chain.of(Role.STUDENT_DISTILLED));
        assertEquals(List.of("mlp-10", "mlp-8"), chain.plan.trainees(Role.Part.ASSISTANT).stream().map(Trainee::name).toList());
        assertTrue(chain.epochs.stream().filter(epoch -> epoch.role().part() == Role.Part.ASSISTANT)
                .allMatch(epoch -> epoch.losses().containsKey("kd")));
    }

    @Test
    void generationsBeginAnewAndTheLastIsTheOneThatIsCompared() {
        var heard = new Heard(Role.GENERATIONS);
        assertThrows(Enough.class, () -> Experiment.run(settings("generations=3", "generation-ensemble=yes"), heard));
        Heard one = heard();
        assertEquals(List.of(Role.TEACHER, Role.STUDENT_ALONE, Role.generation(1), Role.generation(2), Role.STUDENT_DISTILLED, Role.GENERATIONS),
                List.copyOf(heard.finished.keySet()));
        assertEquals(one.of(Role.STUDENT_ALONE), heard.of(Role.STUDENT_ALONE));
        assertNotEquals(heard.of(Role.generation(1)), heard.of(Role.generation(2)));
        float[] mean = heard.finished.get(Role.GENERATIONS).logits()[3];
        for (int c = 0; c < mean.length; c++) {
            float sum = heard.finished.get(Role.generation(1)).logits()[3][c] + heard.finished.get(Role.generation(2)).logits()[3][c]
                    + heard.finished.get(Role.STUDENT_DISTILLED).logits()[3][c];
            assertEquals(sum / 3, mean[c], 1e-5);
        }
    }

    @Test
    void reportsAllAndCountsSeveralAsOne() {
        Results results = Experiment.run(settings("teacher=mlp-12,mlp-8", "generations=2", "generation-ensemble=yes", "epochs=1",
                "teacher-epochs=1"), Listener.NONE);
        assertEquals(List.of("teacher_1 mlp-12", "teacher_2 mlp-8", "teacher mlp-12,mlp-8", "student_alone mlp-6", "generation_1 mlp-6",
                "student_distilled mlp-6", "generations 2*mlp-6"), results.models().stream().map(model -> model.role().key() + " " + model.name()).toList());
        assertEquals(results.model(Role.member(1)).parameters() + results.model(Role.member(2)).parameters(), results.model(Role.TEACHER).parameters());
        assertEquals(2 * results.model(Role.STUDENT_ALONE).parameters(), results.model(Role.GENERATIONS).parameters());
        assertTrue(Double.isNaN(results.linear()), "none was trained, as any teacher is trusted");
    }

    @Test
    void aTeacherNoBetterThanALinearModelStopsTheRun() {
        for (String teacher : List.of("mlp-12", "2*mlp-2")) {
            var heard = new Heard(null);
            Settings settings = settings("teacher=" + teacher, "trust-teacher=no", "teacher-lr=1e-6");
            String message = assertThrows(IllegalStateException.class, () -> Experiment.run(settings, heard)).getMessage();
            assertTrue(message.matches("teacher " + teacher.replace("*", "\\*") + " is right on \\d+\\.\\d\\d % of the test examples and a linear model on "
                    + "\\d+\\.\\d\\d %, so there is little to learn from it; train it longer or otherwise, or let it teach all the same with "
                    + "--trust-teacher yes"), message);
            assertFalse(heard.finished.containsKey(Role.STUDENT_ALONE), "nothing more was trained");
        }
        String linear = assertThrows(IllegalStateException.class, () -> Experiment.run(settings("teacher=linear", "trust-teacher=no",
                "teacher-epochs=1"), Listener.NONE)).getMessage();
        assertTrue(linear.startsWith("teacher linear is right on"), linear);
    }

    @Test
    void aGoodTeacherIsTrustedAndABadAssistantIsNot() {
        String[] good = {"train-size=800", "validation=200", "teacher=mlp-64", "teacher-epochs=12", "teacher-lr=0.005", "trust-teacher=no", "epochs=1"};
        Heard heard = heard(good);
        assertEquals(List.of("teacher true"), heard.trusted);
        var changes = new ArrayList<>(List.of(good));
        changes.add("assistants=mlp-2");
        String message = assertThrows(IllegalStateException.class, () -> Experiment.run(settings(changes.toArray(String[]::new)), Listener.NONE))
                .getMessage();
        assertTrue(message.startsWith("assistant 1 mlp-2 is right on"), message);
    }

    @Test
    void whatDoesNotGoTogetherIsSaidBeforeAnythingIsTrained() {
        assertEquals("ensemble-weights: '0.2:0.8' are 2 weights for 3 teachers; give one for each, joined by colons",
                refused("teacher=3*mlp-4", "ensemble-weights=0.2:0.8"));
        assertTrue(refused("teacher=2*mlp-4", "ensemble=each", "ensemble-weights=learned").startsWith("ensemble-weights: where each teacher has a "
                + "loss of its own"));
        assertEquals("teacher: needs architectures joined by commas, such as resnet20,cnn-base or 3*resnet20, got 'mlp-4,,mlp-5'",
                refused("teacher=mlp-4,,mlp-5"));
        assertTrue(refused("teacher=mlp-4,rsnet20").contains("there is no 'rsnet20'; the nearest are "));
        assertTrue(refused("assistants=mpl-4").contains("there is no 'mpl-4'; the nearest are "));
        assertEquals("generation-ensemble: there is only one generation; give --generations 2 or more", refused("generation-ensemble=yes"));
        assertEquals("teacher-weights: there are 2 files for 1 teachers; give one for each, joined by commas",
                refused("teacher-weights=a.safetensors,b.safetensors"));
        assertTrue(refused("assistants=mlp-9", "method=interpolation").endsWith("(of the assistant 1, mlp-9)"));
        assertTrue(refused("teacher=2*mlp-12", "ensemble=each", "method=tf-kd(mode=self)").contains("a method brings another teacher in their place"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> settings("ensemble-weights=0.5:x")).getMessage().startsWith("ensemble-weights: needs"));
        assertThrows(IllegalArgumentException.class, () -> settings("ensemble-weights=0:0"));
        assertThrows(IllegalArgumentException.class, () -> settings("generations=0"));
    }

    @Test
    void layersAreLookedAtInTheFirstTeacher() {
        Heard heard = heard("teacher=cnn-small,mlp-8", "student=cnn-tiny", "method=kd,at", "epochs=1", "teacher-epochs=1");
        assertTrue(heard.plan.notes().stream().anyMatch(note -> note.startsWith("at compares ")), heard.plan.notes().toString());
        assertEquals(Summary.of(Models.build("mlp-8", Shape.of(1, 28, 28), 10, Key.of(1)), Shape.of(1, 1, 28, 28))
                .parameters(), heard.plan.trainees(Role.Part.MEMBER).getLast().summary().parameters());
    }
}
