package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import limbeck.autograd.Parameter;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Stage;
import limbeck.distill.StepReport;
import limbeck.distill.Term;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Method;
import limbeck.distill.method.Task;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The methods of this package built by name for real models, and their stages taken step by step. */
class LessonsTest {
    private static final Key KEY = Key.of(5);
    private static final Shape EXAMPLE = Shape.of(1, 9, 10);
    private static final List<Method> ALL = List.of(Hint.METHOD, AttentionTransfer.METHOD, NeuronSelectivity.METHOD, FlowMatrix.METHOD,
            ActivationBoundary.METHOD, Overhaul.METHOD, FactorTransfer.METHOD, VariationalInformation.METHOD);

    private final Batch batch = batch();

    private static Batch batch() {
        Tensor images = Device.cpu().normal(KEY.split("images"), 0, 1, EXAMPLE.prepend(6));
        return new Batch(new long[6], images, images, Device.cpu().tensor(new int[] {0, 1, 2, 0, 1, 2}, 6), 0);
    }

    private static Task task(String student, String teacher) {
        return Task.of(Models.build(student, EXAMPLE, 3, KEY.split("student")), Models.build(teacher, EXAMPLE, 3, KEY.split("teacher")),
                () -> Models.build(student, EXAMPLE, 3, KEY.split("fresh")), EXAMPLE, 3, 60, 8, 6, KEY);
    }

    private static Curriculum curriculum(Task task, Method method, Map<String, String> options) {
        return Curriculum.of(List.of(method.with(options)), task, new Frozen(task.teacher()), new HardLabels());
    }

    private StepReport step(Task task, Stage stage) {
        var distiller = new Distiller(task.student(), stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(0.01), 0, 0));
        return distiller.step(batch, Progress.START);
    }

    private static Map<Parameter, double[]> values(Module model) {
        var values = new IdentityHashMap<Parameter, double[]>();
        model.parameters().values().forEach(parameter -> values.put(parameter, parameter.tensor().toDoubles()));
        return values;
    }

    private static List<String> changed(Module model, Map<Parameter, double[]> before) {
        return model.parameters().entrySet().stream()
                .filter(entry -> !Arrays.equals(before.get(entry.getValue()), entry.getValue().tensor().toDoubles())).map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void everyMethodLearnsInEveryStage() {
        for (Method method : ALL) {
            for (String student : List.of("resnet8", "wrn-16-1")) {
                Task task = task(student, "resnet14");
                Curriculum curriculum = curriculum(task, method, Map.of());
                assertEquals(8, curriculum.stages().stream().mapToInt(Stage::epochs).sum(), method.name());
                for (Stage stage : curriculum.stages()) {
                    StepReport report = step(task, stage);
                    assertTrue(Double.isFinite(report.total()), method + " " + stage.name() + " " + report);
                    assertTrue(stage.trained().stream().allMatch(parameter -> parameter.device() == Device.cpu()));
                }
                assertFalse(curriculum.notes().isEmpty());
            }
        }
    }

    @Test
    void widthsAndSizesMayDifferWhereAConnectorStandsBetween() {
        for (Method method : ALL) {
            if (method != FlowMatrix.METHOD) {
                Task task = task("cnn-tiny", "resnet8x4");
                curriculum(task, method, Map.of()).stages().forEach(stage -> assertTrue(Double.isFinite(step(task, stage).total()), method.name()));
            }
        }
    }

    @Test
    void perceptronsAreComparedByVectors() {
        for (Method method : List.of(Hint.METHOD, ActivationBoundary.METHOD)) {
            Task task = task("mlp-8-6", "mlp-12-10");
            curriculum(task, method, Map.of()).stages().forEach(stage -> assertTrue(Double.isFinite(step(task, stage).total()), method.name()));
        }
    }

    @Test
    void aHintBesideTheOtherLossesIsTheDefault() {
        Curriculum joint = curriculum(task("resnet8", "resnet8x4"), Hint.METHOD, Map.of());
        assertEquals(List.of("main"), joint.stages().stream().map(Stage::name).toList());
        assertEquals(List.of("ce", "fitnet"), joint.stages().getFirst().recipe().terms().stream().map(Term::name).toList());
        assertTrue(joint.notes().contains("fitnet compares layer2 (32, 5, 5) ~ layer2 (128, 5, 5)"), joint.notes().toString());
        assertTrue(joint.notes().contains("fitnet connects layer2 to layer2 by conv 1x1, batch norm, ReLU"), joint.notes().toString());
    }

    @Test
    void aStagedHintTrainsTheStudentAsFarAsTheHint() {
        Task task = task("resnet8", "resnet8x4");
        Curriculum curriculum = curriculum(task, Hint.METHOD, Map.of("mode", "staged"));
        Stage hint = curriculum.stages().getFirst();
        assertEquals(2, hint.epochs());
        assertEquals(List.of("fitnet"), hint.recipe().terms().stream().map(Term::name).toList());
        assertEquals(List.of("ce"), curriculum.stages().getLast().recipe().terms().stream().map(Term::name).toList());
        var before = values(task.student());
        step(task, hint);
        List<String> changed = changed(task.student(), before);
        assertTrue(changed.stream().allMatch(path -> path.startsWith("stem") || path.startsWith("layer1") || path.startsWith("layer2")),
                changed.toString());
        assertTrue(changed.contains("layer2.0.conv2.weight"), changed.toString());
    }

    @Test
    void aHintOfWhatMayBeNegativeHasNoRelu() {
        Curriculum curriculum = curriculum(task("resnet8", "resnet8x4"), Hint.METHOD,
                Map.of("student-layers", "preactivations", "teacher-layers", "preactivations"));
        assertTrue(curriculum.notes().stream().anyMatch(note -> note.endsWith("by conv 1x1, batch norm")), curriculum.notes().toString());
        curriculum = curriculum(task("resnet8", "wrn-16-2"), Hint.METHOD, Map.of());
        assertTrue(curriculum.notes().stream().anyMatch(note -> note.endsWith("by conv 1x1, batch norm")),
                "a sum without ReLU: " + curriculum.notes());
        curriculum = curriculum(task("mlp-8", "mlp-12"), Hint.METHOD, Map.of());
        assertTrue(curriculum.notes().stream().anyMatch(note -> note.endsWith("by linear, batch norm, ReLU")), curriculum.notes().toString());
    }

    @Test
    void theParaphraserIsTrainedAloneAndThenLeftAsItIs() {
        Task task = task("resnet8", "resnet8x4");
        Curriculum curriculum = curriculum(task, FactorTransfer.METHOD, Map.of());
        Stage first = curriculum.stages().getFirst();
        assertEquals("paraphraser", first.name());
        assertEquals(12, first.trained().size());
        var student = values(task.student());
        var teacher = values(task.teacher());
        double before = step(task, first).total();
        assertTrue(step(task, first).total() < before);
        assertEquals(List.of(), changed(task.student(), student));
        assertEquals(List.of(), changed(task.teacher(), teacher));

        var transfer = (FactorTransfer) curriculum.stages().getLast().recipe().terms().getLast().objective();
        var paraphraser = values(transfer.paraphraser());
        var translator = values(transfer.translator());
        step(task, curriculum.stages().getLast());
        assertEquals(List.of(), changed(transfer.paraphraser(), paraphraser));
        assertFalse(changed(transfer.translator(), translator).isEmpty());
        assertFalse(changed(task.student(), student).isEmpty());
    }

    @Test
    void vidsVariancesAreAmongWhatTheMainStageTrains() {
        Task task = task("resnet8", "resnet8x4");
        Stage main = curriculum(task, VariationalInformation.METHOD, Map.of()).stages().getLast();
        var vid = (VariationalInformation) main.recipe().terms().getLast().objective();
        double[] before = vid.guesses().getFirst().spread().tensor().toDoubles();
        step(task, main);
        assertFalse(Arrays.equals(before, vid.guesses().getFirst().spread().tensor().toDoubles()));
    }

    @Test
    void marginsComeFromTheLastBatchNormOfTheStage() {
        Task task = task("resnet8", "resnet8x4");
        var overhaul = (Overhaul) curriculum(task, Overhaul.METHOD, Map.of()).stages().getLast().recipe().terms().getLast().objective();
        // A fresh batch norm has bias 0 and weight 1: the mean of the negative half of a standard normal.
        for (Overhaul.Place place : overhaul.places()) {
            double[] expected = new double[place.connected().pair().teacher().channels()];
            Arrays.fill(expected, -Math.sqrt(2 / Math.PI));
            assertArrayEquals(expected, place.margins().toDoubles(), 1e-6);
        }
    }

    @Test
    void otherModelsAreRefusedInWords() {
        assertEquals("fsp: the student's layer1 shows (16, 9, 10), the teacher's layer1 (64, 9, 10); both need to show maps of the same number of "
                + "channels, so choose a student of the teacher's widths, or at", message(FlowMatrix.METHOD, "resnet8", "resnet8x4", Map.of()));
        for (Method method : List.of(AttentionTransfer.METHOD, NeuronSelectivity.METHOD, FactorTransfer.METHOD, VariationalInformation.METHOD)) {
            String message = message(method, "mlp-8", "resnet8", Map.of());
            assertTrue(message.startsWith("method " + method.name() + ": compares feature maps"), message);
        }
        assertEquals("method fitnet: mode is one of joint, staged, got 'both'", message(Hint.METHOD, "resnet8", "resnet8", Map.of("mode", "both")));
        assertTrue(message(AttentionTransfer.METHOD, "resnet8", "resnet8", Map.of("power", "0.5")).startsWith("at: power is 0.5"));
    }

    private static String message(Method method, String student, String teacher, Map<String, String> options) {
        return assertThrows(IllegalArgumentException.class, () -> curriculum(task(student, teacher), method, options)).getMessage();
    }
}
