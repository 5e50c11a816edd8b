package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Stage;
import limbeck.distill.Views;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.nn.BatchNorm1d;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.Relu;
import limbeck.nn.Sequential;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class TeacherFreeTest {
    private static ObjectiveCheck golden(double confidence, double tau) {
        return ObjectiveCheck.of(new TeacherFree(confidence, tau), Views.of(Golden.STUDENT), Views.of(null), Golden.LABELS);
    }

    /** The virtual teacher is softened as logits would be: {@code u^(1 / tau)}, scaled to sum 1. */
    private static double[] softened(int label, double confidence, double tau) {
        double[] u = new double[3];
        Arrays.setAll(u, c -> Math.pow(c == label ? confidence : (1 - confidence) / 2, 1 / tau));
        double sum = Arrays.stream(u).sum();
        return Arrays.stream(u).map(x -> x / sum).toArray();
    }

    @Test
    void valueFromTheDefinition() {
        for (double tau : new double[] {1, 4, 20}) {
            double sum = 0;
            for (int n = 0; n < 4; n++) {
                sum += Plain.kl(softened(Plain.LABELS[n], 0.99, tau), Plain.softmax(Plain.STUDENT[n], tau));
            }
            assertEquals(tau * tau * sum / 4, golden(0.99, tau).value(), 1e-9, "tau " + tau);
        }
    }

    @Test
    void gradients() {
        golden(0.99, 20).gradients();
        golden(0.6, 1).gradients();
    }

    /** The authors' code takes a softmax of probabilities, after which the virtual teacher is as good as uniform. */
    @Test
    void theVirtualTeacherIsNotSoftenedTwice() {
        // At temperature 1 a student that answers u has nothing to learn; after a second softmax it would have.
        double[][] u = new double[4][];
        Arrays.setAll(u, n -> Arrays.stream(softened(Plain.LABELS[n], 0.99, 1)).map(Math::log).toArray());
        var check = ObjectiveCheck.of(new TeacherFree(0.99, 1), Views.of(Plain.tensor(u)), Views.of(null), Golden.LABELS);
        assertEquals(0, check.value(), 1e-14);
        assertEquals(0, check.logitGradient().abs().max().item(), 1e-14);
        // At any other it is the same student, since its logits are softened alike.
        assertEquals(0, ObjectiveCheck.of(new TeacherFree(0.99, 20), Views.of(Plain.tensor(u)), Views.of(null), Golden.LABELS).value(), 1e-13);
    }

    @Test
    void probabilitiesAreChecked() {
        assertEquals("tf-kd: confidence needs a probability between 0 and 1, got 1.0; usual is 0.99",
                assertThrows(IllegalArgumentException.class, () -> new TeacherFree(1, 20)).getMessage());
    }

    private static final Key KEY = Key.of(5);

    private static Module net() {
        return Sequential.of(Linear.of(6, 8, KEY.split("a")), BatchNorm1d.of(8), new Relu(), Linear.of(8, 3, KEY.split("b")));
    }

    private static Batch batch() {
        Tensor inputs = Device.cpu().normal(KEY.split("inputs"), 12, 6);
        int[] labels = new int[12];
        Arrays.setAll(labels, i -> i % 3);
        return new Batch(new long[12], inputs, inputs, Device.cpu().tensor(labels, 12), 0);
    }

    private static double[] values(Module model) {
        return Stream.concat(model.parameters().values().stream().map(p -> p.tensor()),
                model.buffers().values().stream().map(b -> b.tensor())).flatMapToDouble(t -> Arrays.stream(t.toDoubles())).toArray();
    }

    @Test
    void itsOwnTeacherIsWhatItBecameAndItBeginsAgain() {
        Module student = net();
        Module other = net();
        Task task = Task.of(student, other, TeacherFreeTest::net, Shape.of(6), 3, 12, 4, 12, KEY);
        var choice = TeacherFree.METHOD.with(Map.of("mode", "self", "temperature", "6", "weight", "1", "ce", "0"));
        Curriculum lessons = Curriculum.of(List.of(choice), task, new Frozen(other), new HardLabels());
        assertEquals(List.of("own teacher", "main"), lessons.stages().stream().map(Stage::name).toList());
        assertEquals(List.of(2, 2), lessons.stages().stream().map(Stage::epochs).toList());

        double[] first = values(student);
        Stage alone = lessons.stages().getFirst();
        var distiller = new Distiller(student, alone.recipe(), Sgd.of(alone.trained(), Schedule.constant(0.1), 0.9, 0));
        for (int i = 0; i < 5; i++) {
            distiller.step(batch(), new Progress(i, 0));
        }
        double[] learned = values(student);
        assertFalse(Arrays.equals(first, learned));

        Stage main = lessons.stages().getLast();
        Tensor answers = new Frozen(student).observe(batch(), Set.of()).logits();
        var second = new Distiller(student, main.recipe(), Sgd.of(main.trained(), Schedule.constant(0), 0, 0));
        second.check(batch());
        assertArrayEquals(learned, values(student), "a dry run changes nothing");
        second.step(batch(), Progress.START);
        double[] begun = values(student);
        int parameters = student.parameters().values().stream().mapToInt(p -> p.shape().intSize()).sum();
        assertArrayEquals(Arrays.copyOf(first, parameters), Arrays.copyOf(begun, parameters));
        Tensor taught = main.recipe().teacher().observe(batch(), Set.of()).logits();
        assertArrayEquals(answers.toFloats(), taught.toFloats());

        var third = new Distiller(student, main.recipe(), Sgd.of(main.trained(), Schedule.constant(0.1), 0.9, 0));
        double before = third.step(batch(), Progress.START).losses().get("tf-kd");
        for (int i = 1; i < 20; i++) {
            third.step(batch(), new Progress(i, 0));
        }
        assertTrue(third.step(batch(), new Progress(20, 0)).losses().get("tf-kd") < before);
        Tensor still = main.recipe().teacher().observe(batch(), Set.of()).logits();
        assertArrayEquals(taught.toFloats(), still.toFloats(), "the teacher stays");
    }
}
