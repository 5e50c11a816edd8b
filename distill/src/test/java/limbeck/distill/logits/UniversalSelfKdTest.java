package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Comparator;
import java.util.Map;
import java.util.stream.IntStream;
import limbeck.autograd.Parameter;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Linear;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class UniversalSelfKdTest {
    private static final Device DEVICE = Device.reference();
    private static final int CLASSES = 5;
    private static final Tensor LOGITS = DEVICE.normal(Key.of(41), 4, CLASSES);
    private static final Tensor MAPS = DEVICE.normal(Key.of(42), 4, 2, 3, 1);
    private static final Tensor LABELS = DEVICE.tensor(new int[] {0, 4, 2, 2}, 4);

    private static AuxiliaryHead head(int features) {
        Parameter weight = Parameter.of(DEVICE.normal(Key.of(43), CLASSES, features));
        return new AuxiliaryHead("mid", new Linear(weight, Parameter.of(DEVICE.normal(Key.of(44), CLASSES))));
    }

    private static ObjectiveCheck check(double alpha, double beta, double mu) {
        return check(new UniversalSelfKd(alpha, beta, mu, head(2)), MAPS);
    }

    private static ObjectiveCheck check(UniversalSelfKd loss, Tensor feature) {
        return ObjectiveCheck.of(loss, new Views<>(LOGITS, Map.of("mid", feature)), Views.of(null), LABELS);
    }

    private static double[][] weak() {
        Linear linear = head(2).linear();
        return Plain.rows(MAPS.mean(2, 3).matmul(linear.weight().tensor().t()).add(linear.bias().tensor()));
    }

    /** The three parts in plain loops, as sums over examples and classes of {@code -target log p}. */
    private static double[] plain() {
        double[][] logits = Plain.rows(LOGITS);
        double[][] weak = weak();
        int[] labels = LABELS.toInts();
        double meanSquare = 0;
        for (int n = 0; n < 4; n++) {
            meanSquare += Math.pow(Plain.softmax(logits[n], 1)[labels[n]], 2) / 4;
        }
        double[] sums = new double[3];
        for (int n = 0; n < 4; n++) {
            int y = labels[n];
            double[] s = Plain.softmax(logits[n], 1);
            double[] w = Plain.softmax(weak[n], 1);
            sums[0] -= (s[y] * s[y] + 1 - meanSquare) * Math.log(s[y]);
            int[] order = IntStream.range(0, CLASSES).filter(c -> c != y).boxed()
                    .sorted(Comparator.comparingDouble(c -> -(w[c] / (1 - w[y]) + s[c] / (1 - s[y])))).mapToInt(c -> c).toArray();
            double zipf = 1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0;
            for (int rank = 1; rank < CLASSES; rank++) {
                int c = order[rank - 1];
                sums[1] -= 1 / (rank * zipf) * Math.log(s[c] / (1 - s[y]));
            }
            for (int c = 0; c < CLASSES; c++) {
                sums[2] -= ((c == y ? 0.9 : 0) + 0.1 / CLASSES) * Math.log(w[c]);
            }
        }
        return new double[] {sums[0] / 4, sums[1] / 4, sums[2] / 4};
    }

    @Test
    void valuesFromTheDefinition() {
        double[] expected = plain();
        assertEquals(expected[0], check(1, 0, 0).value(), 1e-12);
        assertEquals(expected[1], check(0, 1, 0).value(), 1e-12);
        assertEquals(expected[2], check(0, 0, 1).value(), 1e-12);
        assertEquals(expected[0] + 0.1 * expected[1] + 0.005 * expected[2], check(1, 0.1, 0.005).value(), 1e-12);
    }

    /** The ranks are constants between two changes of order, and with them all of this loss but the part of the label's class. */
    @Test
    void gradientsOfLogitsFeatureAndHead() {
        check(0, 1, 1).gradients();
        check(new UniversalSelfKd(0, 0.1, 1, head(6)), MAPS.reshape(4, 6)).gradients();
    }

    /** {@code P_n} is a constant: the gradient is {@code P_n (p_s - 1_y) / N}. */
    @Test
    void sureExamplesCountMoreButGetNoGradientThroughIt() {
        double[][] gradient = Plain.rows(check(1, 0, 0).logitGradient());
        double[][] logits = Plain.rows(LOGITS);
        int[] labels = LABELS.toInts();
        double meanSquare = 0;
        for (int n = 0; n < 4; n++) {
            meanSquare += Math.pow(Plain.softmax(logits[n], 1)[labels[n]], 2) / 4;
        }
        for (int n = 0; n < 4; n++) {
            double[] s = Plain.softmax(logits[n], 1);
            double sureness = s[labels[n]] * s[labels[n]] + 1 - meanSquare;
            for (int c = 0; c < CLASSES; c++) {
                assertEquals(sureness * (s[c] - (c == labels[n] ? 1 : 0)) / 4, gradient[n][c], 1e-12);
            }
        }
    }

    @Test
    void needsNoTeacher() {
        assertNull(check(1, 1, 1).teacher().logits());
        new UniversalSelfKd(1, 1, 1, head(2)).check(Views.of(Golden.STUDENT.shape()), Views.of(null));
    }
}
