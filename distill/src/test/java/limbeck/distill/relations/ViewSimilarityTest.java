package limbeck.distill.relations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Stage;
import limbeck.distill.catalogue.Methods;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Adam;
import limbeck.nn.optim.Group;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ViewSimilarityTest {
    private static final Device DEVICE = Device.reference();
    private static final Key KEY = Key.of(73);
    private static final Tensor STUDENT = DEVICE.normal(KEY.split("student"), 5, 3);
    private static final Tensor TEACHER = DEVICE.normal(KEY.split("teacher"), 5, 7);

    private static ObjectiveCheck check(double temperature, Tensor student, Tensor teacher) {
        return ObjectiveCheck.features(new ViewSimilarity(ObjectiveCheck.pairing(student, teacher), temperature), student, teacher);
    }

    /** Row i of {@code softmax_j(cos / tau)} over all j but i. */
    private static double[] row(Tensor feature, int i, double tau) {
        int count = feature.shape().dim(0);
        double[] values = feature.toDoubles();
        int width = values.length / count;
        double[] e = new double[count];
        double sum = 0;
        for (int j = 0; j < count; j++) {
            double dot = 0;
            double own = 0;
            double other = 0;
            for (int d = 0; d < width; d++) {
                dot += values[i * width + d] * values[j * width + d];
                own += values[i * width + d] * values[i * width + d];
                other += values[j * width + d] * values[j * width + d];
            }
            e[j] = j == i ? 0 : Math.exp(dot / Math.sqrt(own * other) / tau);
            sum += e[j];
        }
        double all = sum;
        return Arrays.stream(e).map(one -> one / all).toArray();
    }

    private static double expected(Tensor student, Tensor teacher, double tau) {
        int count = student.shape().dim(0);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            double[] p = row(teacher, i, tau);
            double[] q = row(student, i, tau);
            for (int j = 0; j < count; j++) {
                sum += j == i ? 0 : p[j] * Math.log(p[j] / q[j]) / count;
            }
        }
        return sum;
    }

    @Test
    void valuesFromTheDefinition() {
        for (double tau : new double[] {0.1, 1}) {
            assertEquals(expected(STUDENT, TEACHER, tau), check(tau, STUDENT, TEACHER).value(), 1e-10);
        }
        Tensor maps = DEVICE.normal(KEY.split("maps"), 4, 2, 3, 1);
        assertEquals(expected(maps, TEACHER.slice(0, 0, 4), 0.5), check(0.5, maps, TEACHER.slice(0, 0, 4)).value(), 1e-10);
    }

    @Test
    void gradientsOfTheStudentsFeatures() {
        check(0.2, STUDENT, TEACHER).gradients();
        check(0.04, STUDENT.slice(0, 0, 3), TEACHER.slice(0, 0, 3)).gradients();
    }

    @Test
    void theOrderOfTheExamplesDoesNotMatter() {
        Tensor order = DEVICE.tensor(new int[] {3, 0, 4, 2, 1}, 5);
        ObjectiveCheck turned = check(0.1, STUDENT.indexSelect(0, order), TEACHER.indexSelect(0, order));
        assertEquals(check(0.1, STUDENT, TEACHER).value(), turned.value(), 1e-12);
        assertArrayEquals(check(0.1, STUDENT, TEACHER).featureGradient("s").indexSelect(0, order).toDoubles(),
                turned.featureGradient("s").toDoubles(), 1e-12);
    }

    @Test
    void scaleAndRotationOfASpaceDoNotMatter() {
        double value = check(0.1, STUDENT, TEACHER).value();
        assertEquals(value, check(0.1, STUDENT.mul(7), TEACHER.mul(0.2)).value(), 1e-12);
        Tensor exchanged = STUDENT.slice(1, 1, 3).concat(1, List.of(STUDENT.slice(1, 0, 1).neg()));
        assertEquals(value, check(0.1, exchanged, TEACHER).value(), 1e-12);
    }

    @Test
    void equalSpacesHaveNoLoss() {
        ObjectiveCheck same = check(0.04, TEACHER.mul(3), TEACHER);
        assertEquals(0, same.value(), 1e-12);
        assertEquals(0, same.featureGradient("s").abs().sum().item(), 1e-10);
    }

    @Test
    void extremeFeaturesGiveFiniteNumbers() {
        for (double factor : new double[] {0, 1e4, -1e4, 1e-8}) {
            check(0.04, STUDENT.mul(factor), TEACHER).finite();
            check(0.04, STUDENT, TEACHER.mul(factor)).finite();
        }
        // One dead example among living ones.
        Tensor mask = DEVICE.tensor(new double[] {1, 1, 0, 1, 1}, Shape.of(5, 1));
        check(0.04, STUDENT.mul(mask), TEACHER.mul(mask)).finite();
    }

    @Test
    void oneExampleCannotBeCompared() {
        ObjectiveCheck one = check(0.04, STUDENT.slice(0, 0, 1), TEACHER.slice(0, 0, 1));
        String message = assertThrows(IllegalArgumentException.class, one::value).getMessage();
        assertEquals("views: the examples of a batch are compared with each other, got a batch of 1; give larger batches", message);
        assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> one.objective().check(one.student().map(Tensor::shape), one.teacher().map(Tensor::shape))).getMessage());
        // Of two, each has the other alone.
        assertEquals(0, check(0.04, STUDENT.slice(0, 0, 2), TEACHER.slice(0, 0, 2)).value(), 1e-12);
    }

    private static Curriculum curriculum(String method, int epochs, int batch) {
        Shape example = Shape.of(1, 8, 8);
        Module student = Models.build("cnn-tiny", example, 4, KEY.split("student"));
        Module teacher = Models.build("cnn-small", example, 4, KEY.split("teacher"));
        Task task = Task.of(student, teacher, () -> Models.build("cnn-tiny", example, 4, KEY.split("student")), example, 4, 24, epochs, batch, KEY);
        return Curriculum.of(Methods.parse(method), task, new Frozen(teacher), new HardLabels());
    }

    private static Batch batch(int... labels) {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), labels.length, 1, 8, 8);
        Tensor other = inputs.add(Device.cpu().normal(KEY.split("noise"), labels.length, 1, 8, 8).mul(0.2));
        return new Batch(LongStream.range(0, labels.length).toArray(), inputs, other, Device.cpu().tensor(labels, labels.length), 0);
    }

    private static double[] totals(int steps, int... labels) {
        Curriculum curriculum = curriculum("views", 8, 12);
        Stage stage = curriculum.stages().getFirst();
        var distiller = new Distiller(curriculum.deployed(), stage.recipe(), Adam.w(List.of(Group.of(stage.trained(), 0)), Schedule.constant(0.01)));
        double[] totals = new double[steps];
        for (int step = 0; step < steps; step++) {
            totals[step] = distiller.step(batch(labels), Progress.of(step, 2)).total();
        }
        return totals;
    }

    @Test
    void byNameItIsAStageThatNeedsNoLabels() {
        Curriculum curriculum = curriculum("views", 8, 12);
        assertEquals(List.of("views", "main"), curriculum.stages().stream().map(Stage::name).toList());
        assertEquals(List.of(2, 6), curriculum.stages().stream().map(Stage::epochs).toList());
        Stage first = curriculum.stages().getFirst();
        assertEquals(List.of("views"), first.recipe().terms().stream().map(term -> term.name()).toList());
        assertFalse(first.trained().contains(curriculum.deployed().parameters().get("head.weight")));
        assertTrue(first.trained().contains(curriculum.deployed().parameters().get("stage1.0.weight")));
        assertEquals(List.of("ce"), curriculum.stages().getLast().recipe().terms().stream().map(term -> term.name()).toList());
        double[] totals = totals(12, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
        assertTrue(totals[11] < 0.5 * totals[0], Arrays.toString(totals));
        assertArrayEquals(totals, totals(12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    }

    @Test
    void theTemperatureMayChangeOverTheStage() {
        Stage stage = curriculum("views(temperature=linear(0.1, 0.02, all))", 8, 12).stages().getFirst();
        assertEquals(0.06, stage.recipe().schedules().get("views.temperature").at(new Progress(2, 1)), 1e-12);
    }

    @Test
    void smallBatchesAndFewEpochsAreRefused() {
        String small = assertThrows(IllegalArgumentException.class, () -> curriculum("views", 8, 2)).getMessage();
        assertEquals("method views: compares how the examples of a batch lie to each other, which needs batches of 3 or more, got 2", small);
        String few = assertThrows(IllegalArgumentException.class, () -> curriculum("views", 1, 8)).getMessage();
        assertEquals("method views: trains in stages, which needs at least 2 epochs", few);
    }
}
