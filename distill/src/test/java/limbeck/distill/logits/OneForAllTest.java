package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Layers.Layer;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OneForAllTest {
    private static ObjectiveCheck golden(double epsilon, double tau) {
        return ObjectiveCheck.of(new OneForAll(epsilon, tau), Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), Golden.LABELS);
    }

    private static double plain(double epsilon, double tau) {
        double sum = 0;
        for (int n = 0; n < 4; n++) {
            double[] p = Plain.softmax(Plain.TEACHER[n], tau);
            double[] q = Plain.softmax(Plain.STUDENT[n], tau);
            for (int c = 0; c < 3; c++) {
                double m = c == Plain.LABELS[n] ? 1 : 0;
                sum -= (Math.pow(p[c] + m, epsilon) - m) * Math.log(q[c]);
            }
        }
        return sum / 4;
    }

    @Test
    void goldenValueAndDefinition() {
        assertEquals(1.239465, golden(1.5, 1).value(), 1e-6);
        assertEquals(plain(1.5, 1), golden(1.5, 1).value(), 1e-12);
        // No tau^2 here: the paper has none.
        assertEquals(plain(2, 3), golden(2, 3).value(), 1e-12);
    }

    @Test
    void anExponentOfOneIsTheCrossEntropyWithTheTeacher() {
        var equal = ObjectiveCheck.of(new OneForAll(1, 1), Views.of(Golden.TEACHER), Views.of(Golden.TEACHER), Golden.LABELS);
        assertEquals(0, equal.logitGradient().abs().max().item(), 1e-14);
    }

    @Test
    void gradientsOfLogitsFeaturesAndHeads() {
        golden(1.5, 1).gradients();
        withHeads().gradients();
    }

    private static ObjectiveCheck withHeads() {
        Device device = Device.reference();
        Tensor maps = device.normal(Key.of(1), 4, 5, 3, 1);
        Tensor vectors = device.normal(Key.of(2), 4, 6);
        var heads = List.of(AuxiliaryHead.of(new Layer("stage1", "test", Shape.of(5, 3, 1)), 3, Key.of(3)),
                AuxiliaryHead.of(new Layer("stage2", "test", Shape.of(6)), 3, Key.of(3)));
        heads.forEach(head -> head.linear().to(device));
        return ObjectiveCheck.of(new OneForAll(1.5, Schedule.constant(2), heads),
                new Views<>(Golden.STUDENT, Map.of("stage1", maps, "stage2", vectors)), Views.of(Golden.TEACHER), Golden.LABELS);
    }

    @Test
    void stagesAreAddedToTheLogits() {
        ObjectiveCheck check = withHeads();
        var loss = (OneForAll) check.objective();
        double sum = golden(1.5, 2).value();
        for (AuxiliaryHead head : loss.heads()) {
            Tensor feature = check.student().feature(head.path());
            Tensor pooled = feature.shape().rank() == 4 ? feature.mean(2, 3) : feature;
            Tensor logits = pooled.matmul(head.linear().weight().tensor().t()).add(head.linear().bias().tensor());
            sum += ObjectiveCheck.of(new OneForAll(1.5, 2), Views.of(logits), Views.of(Golden.TEACHER), Golden.LABELS).value();
        }
        assertEquals(sum, check.value(), 1e-12);
        assertEquals(4, loss.parameters().size());
        assertEquals(Set.of(Tap.student("stage1"), Tap.student("stage2")), loss.taps());
    }
}
