package limbeck.distill.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.peers.CollaborativeLearning.Target;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CollaborativeLearningTest {
    private static final List<Tensor> ALL = List.of(Golden.STUDENT, Golden.TEACHER, Device.reference().normal(Key.of(71), 4, 3));
    private static final int[] LABELS = Golden.LABELS.toInts();

    private static double[][] logits(int row) {
        return ALL.stream().map(logits -> Arrays.copyOfRange(logits.toDoubles(), 3 * row, 3 * row + 3)).toArray(double[][]::new);
    }

    private static double[] softmax(double[] z, double tau) {
        double[] e = Arrays.stream(z).map(one -> Math.exp(one / tau)).toArray();
        double sum = Arrays.stream(e).sum();
        return Arrays.stream(e).map(one -> one / sum).toArray();
    }

    private static double crossEntropy(double[] z, int label) {
        return -Math.log(softmax(z, 1)[label]);
    }

    /** The target of an example in plain loops. */
    private static double[] target(Target target, int row) {
        double[][] z = logits(row);
        int label = LABELS[row];
        double[] result = new double[3];
        switch (target) {
            case NAIVE -> {
                int best = 0;
                for (int i = 1; i < 3; i++) {
                    best = crossEntropy(z[i], label) < crossEntropy(z[best], label) ? i : best;
                }
                result = z[best];
            }
            case MINLOGIT -> {
                for (int c = 0; c < 3; c++) {
                    result[c] = Double.POSITIVE_INFINITY;
                    for (double[] one : z) {
                        result[c] = Math.min(result[c], one[c] - one[label]);
                    }
                }
            }
            case MEAN -> {
                for (double[] one : z) {
                    for (int c = 0; c < 3; c++) {
                        result[c] += one[c] / 3;
                    }
                }
            }
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource
    void valuesFromTheDefinition(Target target) {
        double tau = 2;
        for (int member = 0; member < 3; member++) {
            double expected = 0;
            for (int n = 0; n < 4; n++) {
                double[] p = softmax(target(target, n), tau);
                double[] own = softmax(logits(n)[member], tau);
                for (int c = 0; c < 3; c++) {
                    expected += tau * tau * p[c] * Math.log(p[c] / own[c]) / 4;
                }
            }
            Variable loss = new CollaborativeLearning(target, tau).loss(Progress.START, member, Variable.of(ALL.get(member)), ALL, Golden.LABELS);
            assertEquals(expected, loss.item(), 1e-12, "member " + member);
        }
    }

    /** Why the paper takes the least: the target is at least as sure of the label as the best student. */
    @Test
    void theLeastLogitsAreSurerOfTheLabelThanTheBestStudent() {
        double[] minimum = new CollaborativeLearning(Target.MINLOGIT, 2).ensemble(ALL, Golden.LABELS).toDoubles();
        double[] naive = new CollaborativeLearning(Target.NAIVE, 2).ensemble(ALL, Golden.LABELS).toDoubles();
        boolean surer = false;
        for (int n = 0; n < 4; n++) {
            double ofMinimum = crossEntropy(Arrays.copyOfRange(minimum, 3 * n, 3 * n + 3), LABELS[n]);
            double ofBest = crossEntropy(Arrays.copyOfRange(naive, 3 * n, 3 * n + 3), LABELS[n]);
            assertTrue(ofMinimum <= ofBest + 1e-12, "example " + n);
            surer |= ofMinimum < ofBest - 1e-3;
            for (double[] one : logits(n)) {
                assertTrue(ofBest <= crossEntropy(one, LABELS[n]) + 1e-12, "example " + n);
            }
        }
        assertTrue(surer);
    }

    @Test
    void theOrderOfTheStudentsDoesNotMatter() {
        List<Tensor> turned = List.of(ALL.get(2), ALL.get(0), ALL.get(1));
        for (Target target : Target.values()) {
            var loss = new CollaborativeLearning(target, 2);
            assertArrayEquals(loss.ensemble(ALL, Golden.LABELS).toDoubles(), loss.ensemble(turned, Golden.LABELS).toDoubles(), 1e-12);
        }
    }

    private static ObjectiveCheck check(Target target, double factor) {
        var loss = new CollaborativeLearning(target, 2);
        List<Tensor> all = ALL.stream().map(logits -> logits.mul(factor)).toList();
        Objective toward = (Moment moment) -> loss.loss(moment.progress(), 0, moment.student().logits(), all, moment.targets());
        return ObjectiveCheck.of(toward, Views.of(all.getFirst()), Views.of(null), Golden.LABELS);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsAndExtremes(Target target) {
        check(target, 1).gradients();
        check(target, 1e4).finite();
        check(target, -1e4).finite();
    }

    @Test
    void onlyTheMeanNeedsNoLabels() {
        assertTrue(new CollaborativeLearning(Target.MINLOGIT, 2).needsLabels());
        assertTrue(new CollaborativeLearning(Target.NAIVE, 2).needsLabels());
        assertFalse(new CollaborativeLearning(Target.MEAN, 2).needsLabels());
        assertFalse(new MutualLearning(1).needsLabels());
    }
}
