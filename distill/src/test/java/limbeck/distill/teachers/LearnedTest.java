package limbeck.distill.teachers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import limbeck.distill.Batch;
import limbeck.distill.Distiller;
import limbeck.distill.HardLabels;
import limbeck.distill.Recipe;
import limbeck.distill.StepReport;
import limbeck.distill.Teacher;
import limbeck.distill.Term;
import limbeck.distill.data.Dataset;
import limbeck.distill.logits.LogitKd;
import limbeck.nn.Linear;
import limbeck.nn.Mode;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import org.junit.jupiter.api.Test;

class LearnedTest {
    private static final int[] LABELS = {0, 2, 1, 1, 0};

    private static Batch batch(Device device) {
        Tensor inputs = device.normal(Key.of(5), 0, 1, Shape.of(5, 4));
        return new Batch(new long[5], inputs, inputs, device.tensor(LABELS, 5), 0);
    }

    private static double[] logits(long seed) {
        return new Random(seed).doubles(15, -2, 2).toArray();
    }

    private static List<Teacher> members(Device device) {
        return List.of(new FunctionTeacher(_ -> device.tensor(logits(1), 5, 3)), new FunctionTeacher(_ -> device.tensor(logits(2), 5, 3)));
    }

    private static double crossEntropy(double[] w, boolean probabilities) {
        double sum = 0;
        for (int n = 0; n < 5; n++) {
            double[] mixed = new double[3];
            for (int k = 0; k < 2; k++) {
                double[] z = logits(k + 1);
                double all = Math.exp(z[3 * n]) + Math.exp(z[3 * n + 1]) + Math.exp(z[3 * n + 2]);
                for (int c = 0; c < 3; c++) {
                    mixed[c] += w[k] * (probabilities ? Math.exp(z[3 * n + c]) / all : z[3 * n + c]);
                }
            }
            sum -= probabilities ? Math.log(mixed[LABELS[n]])
                    : mixed[LABELS[n]] - Math.log(Math.exp(mixed[0]) + Math.exp(mixed[1]) + Math.exp(mixed[2]));
        }
        return sum / 5;
    }

    private static double[] softmax(double a, double b) {
        return new double[] {Math.exp(a) / (Math.exp(a) + Math.exp(b)), Math.exp(b) / (Math.exp(a) + Math.exp(b))};
    }

    /** The step against the slope of the cross-entropy in loops, by central differences. */
    @Test
    void aStepGoesDownTheMixturesCrossEntropy() {
        Device device = Device.reference();
        for (boolean probabilities : new boolean[] {false, true}) {
            var weights = new Learned(2, device, 0.5);
            var ensemble = new Ensemble(members(device), probabilities ? Mixture.PROBABILITIES : Mixture.LOGITS, weights);
            double h = 1e-6;
            double first = (crossEntropy(softmax(h, 0), probabilities) - crossEntropy(softmax(-h, 0), probabilities)) / (2 * h);
            double second = (crossEntropy(softmax(0, h), probabilities) - crossEntropy(softmax(0, -h), probabilities)) / (2 * h);
            Mode.train(0, () -> ensemble.observe(batch(device), Set.of()));
            weights.after(Progress.START);
            assertArrayEquals(softmax(-0.5 * first, -0.5 * second), weights.values(), 1e-9);
            double before = crossEntropy(new double[] {0.5, 0.5}, probabilities);
            for (int step = 1; step < 200; step++) {
                Mode.train(step, () -> ensemble.observe(batch(device), Set.of()));
                weights.after(Progress.of(step, 10));
            }
            assertTrue(crossEntropy(weights.values(), probabilities) < before);
            assertEquals(1, weights.values()[0] + weights.values()[1], 1e-12);
        }
    }

    @Test
    void anExampleWithoutALabelHasNoSay() {
        Device device = Device.reference();
        Tensor first = device.tensor(logits(1), 5, 3);
        Tensor second = device.tensor(logits(2), 5, 3);
        var some = new Learned(2, device, 0.5);
        some.taught(first.stack(0, List.of(second)), device.tensor(new int[] {0, Dataset.UNLABELLED, 1, Dataset.UNLABELLED, 0}, 5), Mixture.LOGITS);
        some.after(Progress.START);
        Tensor rows = device.tensor(new int[] {0, 2, 4}, 3);
        var labelled = new Learned(2, device, 0.5);
        labelled.taught(first.indexSelect(0, rows).stack(0, List.of(second.indexSelect(0, rows))), device.tensor(new int[] {0, 1, 0}, 3), Mixture.LOGITS);
        labelled.after(Progress.START);
        assertArrayEquals(labelled.values(), some.values(), 1e-12);
        assertTrue(Math.abs(some.values()[0] - 0.5) > 1e-3);
    }

    private static List<StepReport> taught(int threads, Learned weights) {
        Threads.use(threads);
        try {
            var student = Linear.of(4, 3, Key.of(9));
            var ensemble = new Ensemble(members(Device.cpu()), Mixture.LOGITS, weights);
            var recipe = new Recipe(ensemble, List.of(new Term("ce", 0.1, new HardLabels()), new Term("kd", 0.9, new LogitKd(2))), List.of(weights),
                    weights.schedules());
            var distiller = new Distiller(student, recipe, Sgd.of(List.copyOf(student.parameters().values()), Schedule.constant(0.1), 0, 0));
            var reports = new ArrayList<StepReport>();
            for (int step = 0; step < 5; step++) {
                reports.add(distiller.step(batch(Device.cpu()), Progress.of(step, 10)));
            }
            return reports;
        } finally {
            Threads.use(Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    void isToldWithEachStepAsTheStepWasTaught() {
        var weights = new Learned(2, Device.cpu(), 0.5);
        List<StepReport> reports = taught(1, weights);
        // The first step is taught by equal weights; the dry run before it has taught nothing.
        assertEquals(0.5, reports.getFirst().values().get("teacher-1.share"));
        assertTrue(Math.abs(reports.get(1).values().get("teacher-1.share") - 0.5) > 1e-3, reports.toString());
        assertEquals(1, reports.get(1).values().get("teacher-1.share") + reports.get(1).values().get("teacher-2.share"), 1e-6);
        assertEquals(reports, taught(2, new Learned(2, Device.cpu(), 0.5)), "whatever the number of threads");
    }

    @Test
    void goesOnFromWhatWasKept() {
        var weights = new Learned(2, Device.cpu(), 0.5);
        taught(1, weights);
        var other = new Learned(2, Device.cpu(), 0.5);
        other.restore(weights.state());
        assertArrayEquals(weights.values(), other.values());
        String sentence = assertThrows(IllegalArgumentException.class, () -> new Learned(3, Device.cpu(), 0.1).restore(weights.state())).getMessage();
        assertEquals("state: the weights of 3 teachers need 'theta' (3), kept is (2); was it saved from the same training?", sentence);
        assertThrows(IllegalArgumentException.class, () -> other.restore(Map.of()));
        assertEquals("ensemble: the learned weights are for 2 teachers, there are 1; make them for as many",
                assertThrows(IllegalArgumentException.class, () -> new Ensemble(List.of(Teacher.NONE), Mixture.LOGITS, other)).getMessage());
    }
}
