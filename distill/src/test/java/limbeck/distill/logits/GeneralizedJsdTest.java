package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GeneralizedJsdTest {
    private static final Device DEVICE = Device.reference();
    private static final Tensor SEQUENCES = DEVICE.normal(Key.of(1), 2, 5, 7);
    private static final Tensor TAUGHT = DEVICE.normal(Key.of(2), 2, 5, 7);

    private static double golden(double beta) {
        return ObjectiveCheck.logits(new GeneralizedJsd(beta), Golden.STUDENT, Golden.TEACHER).value();
    }

    private static double[] mixture(double[] p, double[] q, double beta) {
        double[] m = new double[p.length];
        Arrays.setAll(m, c -> beta * p[c] + (1 - beta) * q[c]);
        return m;
    }

    private static double plain(double beta, double[] teacher, double[] student) {
        double[] p = Plain.softmax(teacher, 1);
        double[] q = Plain.softmax(student, 1);
        double[] m = mixture(p, q, beta);
        return beta * Plain.kl(p, m) + (1 - beta) * Plain.kl(q, m);
    }

    @Test
    void goldenValues() {
        assertEquals(0.281765, golden(0), 1e-6);
        assertEquals(0.072149, golden(0.5), 1e-6);
        assertEquals(0.334641, golden(1), 1e-6);
    }

    @Test
    void betweenTheEndsFromTheDefinition() {
        for (double beta : new double[] {0.1, 0.5, 0.9}) {
            double sum = 0;
            for (int n = 0; n < 4; n++) {
                sum += plain(beta, Plain.TEACHER[n], Plain.STUDENT[n]);
            }
            assertEquals(sum / 4, golden(beta), 1e-12, "beta " + beta);
        }
    }

    /** The formula vanishes at both ends; divided by its distance from an end it is the divergence by which the end is named. */
    @Test
    void theEndsAreTheLimits() {
        assertEquals(golden(0), golden(1e-7) / 1e-7, 1e-5);
        assertEquals(golden(1), golden(1 - 1e-7) / 1e-7, 1e-5);
    }

    @Test
    void theForwardEndIsKdAtTemperatureOne() {
        assertEquals(ObjectiveCheck.logits(new LogitKd(1), Golden.STUDENT, Golden.TEACHER).value(), golden(0), 1e-14);
    }

    @Test
    void gradients() {
        for (double beta : new double[] {0, 0.3, 0.5, 1}) {
            ObjectiveCheck.logits(new GeneralizedJsd(beta), Golden.STUDENT, Golden.TEACHER).gradients();
        }
    }

    @Test
    void nothingToLearnFromAnEqual() {
        for (double beta : new double[] {0, 0.3, 1}) {
            var check = ObjectiveCheck.logits(new GeneralizedJsd(beta), Golden.TEACHER, Golden.TEACHER);
            assertEquals(0, check.value(), 1e-14);
            assertEquals(0, check.logitGradient().abs().max().item(), 1e-14);
        }
    }

    @Test
    void strangersAreAtMostLogTwoApart() {
        Tensor student = DEVICE.tensor(new double[] {1e4, 0, -1e4}, 1, 3);
        assertEquals(Math.log(2), ObjectiveCheck.logits(new GeneralizedJsd(0.5), student, student.neg()).value(), 1e-12);
    }

    private static ObjectiveCheck sequences(Objective loss, Tensor student, Tensor teacher, int... targets) {
        return ObjectiveCheck.of(loss, Views.of(student), Views.of(teacher), DEVICE.tensor(targets, 2, 5));
    }

    /** TRL makes MiniLLM's mask of the input ids, where padding is a token like any other and always counts. */
    @Test
    void paddingDoesNotCount() {
        int[] targets = {1, 2, -100, -100, -100, 0, 6, 3, -100, -100};
        for (Objective loss : new Objective[] {new GeneralizedJsd(0.5), new SparseTopKKl(3, true), new TotalVariation()}) {
            Tensor padding = DEVICE.tensor(targets, 2, 5).lt(0).to(SEQUENCES.dtype()).unsqueeze(-1);
            var check = sequences(loss, SEQUENCES, TAUGHT, targets);
            var other = sequences(loss, SEQUENCES.add(padding.mul(DEVICE.normal(Key.of(9), 2, 5, 7))), TAUGHT.sub(padding), targets);
            assertEquals(check.value(), other.value(), loss.toString());
            assertEquals(0, check.logitGradient().mul(padding).abs().max().item(), loss.toString());
            check.gradients();
        }
    }

    /** EasyDistill 1.0 divides by the number of tokens twice, which makes its loss weaker by hundreds. */
    @Test
    void dividesByTheTokensOnce() {
        int[] targets = {1, 2, -100, -100, -100, 0, 6, 3, -100, -100};
        double[][] student = Plain.rows(SEQUENCES.reshape(10, 7));
        double[][] teacher = Plain.rows(TAUGHT.reshape(10, 7));
        double sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += targets[i] < 0 ? 0 : plain(0.5, teacher[i], student[i]);
        }
        assertEquals(sum / 5, sequences(new GeneralizedJsd(0.5), SEQUENCES, TAUGHT, targets).value(), 1e-12);
    }

    @Test
    void withoutPaddingAllPositionsCount() {
        int[] targets = {1, 2, 3, 4, 5, 6, 0, 1, 2, 3};
        Tensor student = SEQUENCES.reshape(10, 7);
        Tensor teacher = TAUGHT.reshape(10, 7);
        double flat = ObjectiveCheck.logits(new GeneralizedJsd(0.5), student, teacher).value();
        assertEquals(flat, sequences(new GeneralizedJsd(0.5), SEQUENCES, TAUGHT, targets).value(), 1e-14);
        Tensor numbers = DEVICE.normal(Key.of(3), 10, 2);
        assertEquals(flat, ObjectiveCheck.of(new GeneralizedJsd(0.5), Views.of(student), Views.of(teacher), numbers).value(), 1e-14);
    }

    @Test
    void aBatchOfPaddingAloneIsZeroAndNotUndefined() {
        int[] padding = new int[10];
        Arrays.fill(padding, -100);
        var check = sequences(new GeneralizedJsd(0.5), SEQUENCES, TAUGHT, padding);
        assertEquals(0, check.value());
        assertEquals(0, check.logitGradient().abs().max().item());
    }

    @Test
    void betaOutsideIsRefusedInWords() {
        var e = assertThrows(IllegalArgumentException.class, () -> new GeneralizedJsd(1.5));
        assertEquals("gkd: beta needs a number from 0, forward divergence, to 1, reverse, got 1.5", e.getMessage());
    }
}
