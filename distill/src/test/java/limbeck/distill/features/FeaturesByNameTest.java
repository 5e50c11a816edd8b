package limbeck.distill.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import limbeck.autograd.Parameter;
import limbeck.autograd.Variable;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.StepReport;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Task;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.io.Checkpoint;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The losses of channels, review and classifiers as a user chooses them, on whole models. */
class FeaturesByNameTest {
    private static final Shape IMAGE = Shape.of(1, 12, 12);
    private static final Tensor IMAGES = Device.cpu().normal(Key.of(4), 8, 1, 12, 12);
    private static final Tensor LABELS = Device.cpu().tensor(new int[] {0, 1, 2, 3, 0, 1, 2, 3}, 8);

    private static Module model(String name, int seed) {
        return Models.build(name, IMAGE, 4, Key.of(seed));
    }

    private static Curriculum curriculum(String methods, Module student, Module teacher) {
        Task task = Task.of(student, teacher, () -> student, IMAGE, 4, 24, 3, 8, Key.of(3));
        return Curriculum.of(Methods.parse(methods), task, new Frozen(teacher), new HardLabels());
    }

    private static List<StepReport> train(Curriculum curriculum, Module student, int steps, double rate) {
        var stage = curriculum.stages().getLast();
        var distiller = new Distiller(student, stage.recipe(), Sgd.of(stage.trained(), Schedule.constant(rate), 0.9, 0));
        var reports = new ArrayList<StepReport>();
        for (int step = 0; step < steps; step++) {
            reports.add(distiller.step(new Batch(new long[8], IMAGES, IMAGES, LABELS, 0), Progress.of(step, 3)));
        }
        return reports;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "reviewkd | resnet8 | cnn-tiny", "reviewkd | mlp-16 | resnet8", "reviewkd | cnn-tiny | lenet", "reviewkd | wrn-16-1 | cnn-small",
        "srrl | resnet8 | cnn-tiny", "srrl | mlp-16 | cnn-tiny", "srrl | cnn-tiny | mlp-16-8",
        "simkd | resnet8 | cnn-tiny", "simkd | cnn-tiny | wrn-16-1", "simkd | cnn-tiny | lenet", "simkd | mlp-16 | cnn-tiny",
        "simkd | cnn-tiny | mlp-16",
        "simkd(teacher-layers=pooled) | cnn-tiny | resnet8",
        "cwd | resnet8 | cnn-tiny", "cwd(temperature=4) | cnn-tiny | wrn-16-1", "pkd | resnet8 | cnn-tiny", "pkd | cnn-small | resnet8",
        "weighted-features | resnet8 | cnn-tiny", "weighted-features | mlp-64 | resnet8",
        "weighted-features(teacher-layers=last, student-layers=last) | resnet8 | cnn-tiny",
        "feature-regression | resnet8 | cnn-tiny", "feature-regression | mlp-16 | lenet",
        "feature-regression(teacher-layers=last) | cnn-tiny | resnet8"})
    void trainsByName(String methods, String student, String teacher) {
        Module learner = model(student, 1);
        List<StepReport> reports = train(curriculum(methods, learner, model(teacher, 2)), learner, 4, 0.01);
        String term = Methods.parse(methods).getFirst().method().name();
        assertTrue(reports.getFirst().losses().get(term) > 0);
        assertTrue(reports.getLast().losses().get(term) < 1.5 * reports.getFirst().losses().get(term), reports.toString());
    }

    @Test
    void simKdDeploysTheStudentWithTheTeachersClassifier(@TempDir Path folder) throws IOException {
        Module student = model("cnn-tiny", 1);
        Module teacher = model("resnet8", 2);
        Curriculum curriculum = curriculum("simkd", student, teacher);
        var deployed = assertInstanceOf(ReusedClassifier.class, curriculum.deployed());
        assertEquals(Set.of("simkd"), train(curriculum, student, 80, 0.1).getLast().losses().keySet(), "no labels");

        var all = List.copyOf(deployed.parameters().values());
        assertEquals(all.size(), Set.copyOf(all).size());
        assertTrue(all.containsAll(student.parameters().values()) && all.containsAll(deployed.projector().parameters().values()));
        List<Parameter> trained = curriculum.stages().getLast().trained();
        assertFalse(trained.contains(deployed.classifier().weight()), "the classifier stays the teacher's");

        // In evaluation it has come to answer as the teacher does.
        Tensor wanted = Mode.evaluate(() -> teacher.apply(Variable.of(IMAGES))).tensor();
        Tensor answers = deployed.apply(Variable.of(IMAGES)).tensor();
        double spread = wanted.sub(wanted.mean()).square().mean().item();
        assertTrue(answers.sub(wanted).square().mean().item() < 0.5 * spread, answers.sub(wanted).square().mean().item() + " of " + spread);

        Path file = folder.resolve("deployed.safetensors");
        Checkpoint.save(file, deployed);
        Module other = model("cnn-tiny", 7);
        Module again = curriculum("simkd", other, model("resnet8", 8)).deployed();
        Checkpoint.load(file, again);
        assertEquals(0, again.apply(Variable.of(IMAGES)).tensor().sub(answers).abs().max().item());
    }

    @Test
    void simKdTeachersLayerMustBeWhatItsClassifierReads() {
        var e = assertThrows(IllegalArgumentException.class, () -> curriculum("simkd(teacher-layers=layer1)", model("cnn-tiny", 1),
                model("resnet8", 2)));
        assertEquals("method simkd: teacher-layers is last or pooled, which the teacher's classifier can be used on, got 'layer1'",
                e.getMessage());
    }

    @Test
    void thePlanSaysWhatWasChosen() {
        Module student = model("resnet8", 1);
        Module teacher = model("cnn-tiny", 2);
        assertTrue(curriculum("pkd", student, teacher).notes().contains("pkd takes the student's 64 channels to 32 by a conv 1x1"));
        assertTrue(curriculum("weighted-features", student, teacher).notes().stream().anyMatch(note -> note.contains("by linear")));
        assertFalse(curriculum("cwd", model("resnet14", 1), model("resnet8", 2)).notes().stream().anyMatch(note -> note.contains("conv")));
    }

    @Test
    void defaultsAreThoseOfThePapers() {
        var review = Methods.parse("reviewkd").getFirst();
        assertEquals(5, review.number("weight"));
        assertEquals(1.0 / 12, review.number("warmup"), 1e-12);
        var srrl = Methods.parse("srrl").getFirst();
        assertEquals(List.of(1.0, 5.0), List.of(srrl.number("alpha"), srrl.number("beta")));
        var simkd = Methods.parse("simkd").getFirst();
        assertEquals(List.of(1.0, 0.0), List.of(simkd.number("weight"), simkd.number("ce")));
    }
}
