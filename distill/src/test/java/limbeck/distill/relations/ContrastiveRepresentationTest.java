package limbeck.distill.relations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import limbeck.distill.Views;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Pairing;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ContrastiveRepresentationTest {
    private static final Device DEVICE = Device.reference();
    private static final int EXAMPLES = 12;
    private static final int NEGATIVES = 9;
    private static final int WIDTH = 5;
    private static final double TAU = 0.3;
    private static final Key KEY = Key.of(1);
    private static final Tensor STUDENT = DEVICE.normal(Key.of(2), 4, 3);
    private static final Tensor TEACHER = DEVICE.normal(Key.of(3), 4, 7);
    private static final int[] LABELS = {0, 1, 0, 2};
    private static final long[] IDS = {70_000_000_000L, 3, 11, 40};

    private static ContrastiveRepresentation objective() {
        Pairing pair = ObjectiveCheck.pairing(STUDENT, TEACHER);
        var objective = new ContrastiveRepresentation(pair, EXAMPLES, new ContrastiveRepresentation.Settings(NEGATIVES, WIDTH, TAU, 0.5),
                KEY);
        objective.parameters().forEach(parameter -> parameter.set(parameter.tensor().to(DEVICE)));
        return objective;
    }

    private static ObjectiveCheck check(ContrastiveRepresentation objective, long step, Tensor student, Tensor teacher, Tensor targets,
            long[] ids) {
        return new ObjectiveCheck(objective, new Progress(step, 0), new Views<>(null, Map.of("s", student)),
                new Views<>(null, Map.of("t", teacher)), targets, ids);
    }

    private static ObjectiveCheck check(ContrastiveRepresentation objective, long step) {
        return check(objective, step, STUDENT, TEACHER, DEVICE.tensor(LABELS, 4), IDS);
    }

    /**
     * The formula as it stands in the paper, by loops, with the draws of the class itself, over two steps with an update between. A known
     * fault: torchdistill's CRDLoss draws its negatives by a field that is never set, so that it cannot take a step.
     */
    @Test
    void faultOfTorchdistillCrdCannotTakeAStep() {
        var objective = objective();
        double[][] s = embed(objective, 0, STUDENT, 3);
        double[][] t = embed(objective, 2, TEACHER, 7);
        var studentBank = new MemoryBank(EXAMPLES, WIDTH, KEY.split("student bank"));
        var teacherBank = new MemoryBank(EXAMPLES, WIDTH, KEY.split("teacher bank"));
        var negatives = new Negatives(EXAMPLES);
        double[] z = new double[2];
        for (int step = 0; step < 2; step++) {
            int[] rows = negatives.meet(IDS, (i, _) -> LABELS[i]);
            var draw = negatives.draw(KEY.split("negatives").split(step), rows, NEGATIVES);
            double expected = side(s, teacherBank, rows, draw, z, 0) + side(t, studentBank, rows, draw, z, 1);
            assertEquals(expected, check(objective, step).value(), 1e-5 * expected, "step " + step);
            studentBank.follow(rows, floats(s), 0.5);
            teacherBank.follow(rows, floats(t), 0.5);
        }
    }

    private static double[][] embed(ContrastiveRepresentation objective, int parameter, Tensor feature, int width) {
        double[] weight = objective.parameters().get(parameter).tensor().toDoubles();
        double[] bias = objective.parameters().get(parameter + 1).tensor().toDoubles();
        double[] f = feature.toDoubles();
        double[][] v = new double[4][WIDTH];
        for (int n = 0; n < 4; n++) {
            double squares = 0;
            for (int d = 0; d < WIDTH; d++) {
                v[n][d] = bias[d];
                for (int j = 0; j < width; j++) {
                    v[n][d] += weight[d * width + j] * f[n * width + j];
                }
                squares += v[n][d] * v[n][d];
            }
            for (int d = 0; d < WIDTH; d++) {
                v[n][d] /= Math.sqrt(squares);
            }
        }
        return v;
    }

    private static double side(double[][] v, MemoryBank bank, int[] rows, Negatives.Draw draw, double[] z, int which) {
        double[] own = bank.rows(DEVICE, rows).toDoubles();
        double[] others = bank.rows(DEVICE, draw.pool()).toDoubles();
        int pool = draw.pool().length;
        if (z[which] == 0) {
            double sum = 0;
            for (int n = 0; n < 4; n++) {
                sum += Math.exp(dot(v[n], own, n) / TAU);
                for (int m = 0; m < pool; m++) {
                    sum += draw.counts()[n * pool + m] * Math.exp(dot(v[n], others, m) / TAU);
                }
            }
            z[which] = sum / (4 * (NEGATIVES + 1)) * EXAMPLES;
        }
        double noise = (double) NEGATIVES / EXAMPLES;
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            double p = Math.exp(dot(v[n], own, n) / TAU) / z[which];
            sum += Math.log(p / (p + noise + 1e-7));
            for (int m = 0; m < pool; m++) {
                double q = Math.exp(dot(v[n], others, m) / TAU) / z[which];
                sum += draw.counts()[n * pool + m] * Math.log(noise / (q + noise + 1e-7));
            }
        }
        return -sum / 4;
    }

    private static double dot(double[] v, double[] rows, int row) {
        double sum = 0;
        for (int d = 0; d < WIDTH; d++) {
            sum += v[d] * rows[row * WIDTH + d];
        }
        return sum;
    }

    private static float[] floats(double[][] v) {
        float[] flat = new float[v.length * WIDTH];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) v[i / WIDTH][i % WIDTH];
        }
        return flat;
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        var objective = objective();
        assertEquals(4, objective.parameters().size(), "both embeddings learn");
        check(objective, 0).gradients();
        check(objective, 1).gradients();
    }

    @Test
    void askingTwiceInOneStepChangesNothing() {
        var objective = objective();
        double first = check(objective, 0).value();
        assertEquals(first, check(objective, 0).value());
        double second = check(objective, 1).value();
        assertEquals(second, check(objective, 1).value());
        assertTrue(Math.abs(first - second) > 1e-3, "the banks follow, and the negatives are others");
    }

    @Test
    void theOrderOfTheBatchDoesNotCount() {
        Tensor order = DEVICE.tensor(new int[] {2, 0, 3, 1}, 4);
        var one = objective();
        check(one, 0).value();
        var other = objective();
        check(other, 0).value();
        double expected = check(one, 1).value();
        double actual = check(other, 1, STUDENT.indexSelect(0, order), TEACHER.indexSelect(0, order),
                DEVICE.tensor(new int[] {0, 0, 2, 1}, 4),
                new long[] {IDS[2], IDS[0], IDS[3], IDS[1]}).value();
        assertEquals(expected, actual, 1e-12 * expected);
    }

    @Test
    void theSameKeyAndStepsGiveTheSameBits() {
        var one = objective();
        var other = objective();
        for (int step = 0; step < 5; step++) {
            assertEquals(check(one, step).value(), check(other, step).value());
        }
    }

    @Test
    void negativesAreOfOtherClassesAndAsManyAsWanted() {
        var negatives = new Negatives(1000);
        long[] ids = new long[900];
        int[] labels = new int[900];
        Arrays.setAll(ids, i -> 5L * i);
        Arrays.setAll(labels, i -> i % 10 < 7 ? 0 : i % 3);
        int[] rows = negatives.meet(ids, (i, _) -> labels[i]);
        assertArrayEquals(rows, negatives.meet(ids, (i, _) -> labels[i]), "an example keeps its row");
        int[] batch = {0, 7, 8, 9, 0};
        var draw = negatives.draw(Key.of(4), batch, 500);
        int pool = draw.pool().length;
        assertEquals(0, pool % (500 / 8), "few sizes, so that memory is used again");
        boolean unmet = false;
        for (int n = 0; n < batch.length; n++) {
            double sum = 0;
            for (int m = 0; m < pool; m++) {
                float count = draw.counts()[n * pool + m];
                int row = draw.pool()[m];
                assertTrue(count == 0 || row >= 900 || labels[row] != labels[batch[n]], "row " + row + " for " + batch[n]);
                unmet |= count > 0 && row >= 900;
                sum += count;
            }
            assertEquals(500, sum);
        }
        assertTrue(unmet, "an example not met yet is a negative of all");
    }

    @Test
    void drawsAreUniformOverTheOthers() {
        var negatives = new Negatives(10);
        int[] rows = negatives.meet(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, (i, _) -> i / 5);
        double[] seen = new double[10];
        int draws = 200;
        for (int step = 0; step < draws; step++) {
            var draw = negatives.draw(Key.of(5).split(step), new int[] {rows[0]}, 50);
            for (int m = 0; m < draw.pool().length; m++) {
                seen[draw.pool()[m]] += draw.counts()[m];
            }
        }
        for (int row = 0; row < 10; row++) {
            // 10000 draws over five rows: 2000 each, with a standard deviation of 40.
            assertEquals(row < 5 ? 0 : 2000, seen[row], 200, "row " + row);
        }
    }

    @Test
    void banksKeepHalfAndUnitLength() {
        var bank = new MemoryBank(3, 2, Key.of(6));
        double[] before = bank.rows(DEVICE, new int[] {1}).toDoubles();
        bank.follow(new int[] {1}, new float[] {0.6f, 0.8f}, 0.5);
        double x = before[0] + 0.6;
        double y = before[1] + 0.8;
        assertArrayEquals(new double[] {x / Math.hypot(x, y), y / Math.hypot(x, y)}, bank.rows(DEVICE, new int[] {1}).toDoubles(), 1e-6);
    }

    @Test
    void moreExamplesThanToldAreRefused() {
        var negatives = new Negatives(2);
        negatives.meet(new long[] {8, 9}, (i, _) -> i);
        var e = assertThrows(IllegalArgumentException.class, () -> negatives.meet(new long[] {9, 10}, (i, _) -> i));
        assertTrue(e.getMessage().startsWith("crd: got example 10, but the memory banks already hold the 2 examples"), e.getMessage());
    }

    @Test
    void oneClassAloneIsRefused() {
        var negatives = new Negatives(2);
        int[] rows = negatives.meet(new long[] {0, 1}, (_, _) -> 3);
        var e = assertThrows(IllegalArgumentException.class, () -> negatives.draw(Key.of(1), rows, 4));
        assertEquals("crd: all 2 examples are of class 3; there must be others to contrast with", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ContrastiveRepresentation.Settings(0, 128, 0.07, 0.5));
    }

    @Test
    void withoutLabelsEveryOtherExampleIsANegative() {
        var objective = objective();
        var check = check(objective, 0, STUDENT, TEACHER, DEVICE.normal(Key.of(7), 4, 1), IDS);
        assertTrue(Double.isFinite(check.value()));
        check.gradients();
    }

    @Test
    void deadAndHugeFeaturesStayFinite() {
        for (Tensor student : new Tensor[] {DEVICE.zeros(4, 3), STUDENT.mul(1e4)}) {
            check(objective(), 0, student, TEACHER, DEVICE.tensor(LABELS, 4), IDS).finite();
        }
        // In float exp(1 / 0.005) has no number.
        var cold = new ContrastiveRepresentation(ObjectiveCheck.pairing(STUDENT, TEACHER), EXAMPLES,
                new ContrastiveRepresentation.Settings(NEGATIVES, WIDTH, 0.005, 0.5), KEY);
        Device cpu = Device.cpu();
        check(cold, 0, STUDENT.to(cpu), TEACHER.to(cpu), cpu.tensor(LABELS, 4), IDS).finite();
    }
}
