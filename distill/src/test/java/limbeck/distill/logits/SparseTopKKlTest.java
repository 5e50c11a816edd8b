package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.stream.IntStream;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SparseTopKKlTest {
    private static final Device DEVICE = Device.reference();
    private static final Tensor STUDENT = DEVICE.normal(Key.of(21), 3, 11);
    private static final Tensor TEACHER = DEVICE.normal(Key.of(22), 3, 11);

    private static double plain(int k, boolean lumped) {
        double sum = 0;
        double[][] student = Plain.rows(STUDENT);
        double[][] teacher = Plain.rows(TEACHER);
        for (int n = 0; n < 3; n++) {
            double[] p = Plain.softmax(teacher[n], 1);
            double[] q = Plain.softmax(student[n], 1);
            double restP = 1;
            double restQ = 1;
            int[] order = IntStream.range(0, 11).boxed().sorted(Comparator.comparingDouble(c -> -p[c])).mapToInt(c -> c).toArray();
            for (int i = 0; i < k; i++) {
                int c = order[i];
                sum += p[c] * (Math.log(p[c]) - Math.log(q[c]));
                restP -= p[c];
                restQ -= q[c];
            }
            sum += lumped ? restP * (Math.log(restP) - Math.log(restQ)) : 0;
        }
        return sum / 3;
    }

    @Test
    void valueFromTheDefinition() {
        for (int k : new int[] {1, 2, 5, 10}) {
            assertEquals(plain(k, true), ObjectiveCheck.logits(new SparseTopKKl(k, true), STUDENT, TEACHER).value(), 1e-12, "k " + k);
            assertEquals(plain(k, false), ObjectiveCheck.logits(new SparseTopKKl(k, false), STUDENT, TEACHER).value(), 1e-12, "k " + k);
        }
    }

    @Test
    void allClassesAreTheWholeDivergence() {
        double whole = ObjectiveCheck.logits(new GeneralizedJsd(0), Golden.STUDENT, Golden.TEACHER).value();
        for (int k : new int[] {3, 50}) {
            assertEquals(whole, ObjectiveCheck.logits(new SparseTopKKl(k, true), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
            assertEquals(whole, ObjectiveCheck.logits(new SparseTopKKl(k, false), Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
        }
    }

    @Test
    void gradients() {
        ObjectiveCheck.logits(new SparseTopKKl(4, true), STUDENT, TEACHER).gradients();
        ObjectiveCheck.logits(new SparseTopKKl(4, false), STUDENT, TEACHER).gradients();
    }

    @Test
    void lumpedThereIsNothingToLearnFromAnEqual() {
        var check = ObjectiveCheck.logits(new SparseTopKKl(4, true), TEACHER, TEACHER);
        assertEquals(0, check.value(), 1e-14);
        assertEquals(0, check.logitGradient().abs().max().item(), 1e-14);
    }

    /** What is ignored is not free: the student of an equal is pulled toward the k classes, and may fall below 0. */
    @Test
    void ignoredThereIs() {
        assertTrue(ObjectiveCheck.logits(new SparseTopKKl(4, false), TEACHER, TEACHER).logitGradient().abs().max().item() > 0.01);
        assertTrue(ObjectiveCheck.logits(new SparseTopKKl(4, false), TEACHER.mul(2), TEACHER).value() < 0);
    }

    @Test
    void aRemainderThatIsAlmostNothingStaysExact() {
        Tensor teacher = DEVICE.tensor(new double[] {100, 0, 0}, 1, 3);
        Tensor student = DEVICE.tensor(new double[] {0, 0, 0}, 1, 3);
        // 1 - p is 0 in double; the logarithm of the remainder is log 2 - 100.
        assertEquals(Math.log(3), ObjectiveCheck.logits(new SparseTopKKl(1, true), student, teacher).value(), 1e-12);
        // 1/3 log 1/3 + 2/3 (log 2/3 - (log 2 - 100))
        assertEquals(200.0 / 3 - Math.log(3), ObjectiveCheck.logits(new SparseTopKKl(1, true), teacher, student).value(), 1e-12);
    }

    @Test
    void orderIsByValueAndThenByColumn() {
        Tensor rows = DEVICE.tensor(new double[] {-1, 0, -0.0, 3, -2, 1e4, -1e4, 1e4, 0.5, -1e-30}, 2, 5);
        assertArrayEquals(new int[] {3, 1, 2, 0, 4, 0, 2, 3, 4, 1}, Descending.order(rows));
    }

    @Test
    void noClassesAreRefusedInWords() {
        var e = assertThrows(IllegalArgumentException.class, () -> new SparseTopKKl(0, true));
        assertEquals("topk-kl: k needs at least 1 class, got 0", e.getMessage());
    }
}
