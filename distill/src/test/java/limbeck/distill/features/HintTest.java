package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import limbeck.distill.Views;
import limbeck.distill.connect.Tail;
import limbeck.distill.method.Golden;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class HintTest {
    @Test
    void goldenValue() {
        var check = features(new Hint(Maps.bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS)), Golden.STUDENT_MAPS, Golden.TEACHER_MAPS);
        assertEquals(0.813055, check.value(), 1e-6);
        check.gradients();
    }

    @Test
    void gradientsThroughConnectors() {
        for (int[] size : new int[][] {{3, 3}, {6, 6}, {5, 5}, {2, 4}}) {
            Tensor student = Maps.random("s", 3, 2, size[0], size[1]);
            Tensor teacher = Maps.random("t", 3, 3, 3, 3);
            for (Tail tail : Tail.values()) {
                features(new Hint(Maps.connected(student, teacher, tail)), student, teacher).gradients();
            }
        }
        Tensor student = Maps.random("s", 5, 4);
        Tensor teacher = Maps.random("t", 5, 3);
        features(new Hint(Maps.connected(student, teacher, Tail.NORM)), student, teacher).gradients();
    }

    @Test
    void nothingToLearnFromAnEqual() {
        Tensor maps = Maps.random("s", 2, 3, 5, 4);
        var check = features(new Hint(Maps.bare(maps, maps)), maps, maps);
        assertEquals(0, check.value());
        assertEquals(0, check.featureGradient("s").abs().max().item());
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        Tensor student = Maps.random("s", 2, 3, 3, 3);
        Tensor teacher = Maps.random("t", 2, 4, 3, 3);
        var hint = new Hint(Maps.connected(student, teacher, Tail.NORM_RELU));
        features(hint, student.mul(0), teacher.mul(1e4)).finite();
        features(hint, student.mul(1e4), teacher.mul(0)).finite();
    }

    @Test
    void aConnectorForOtherShapesIsRefused() {
        Tensor maps = Maps.random("s", 2, 3, 5, 4);
        var hint = new Hint(Maps.bare(maps, maps));
        assertThrows(IllegalArgumentException.class, () -> hint.check(new Views<>(null, Map.of("s", maps.shape())),
                new Views<>(null, Map.of("t", maps.shape().with(1, 7)))));
        hint.check(new Views<>(null, Map.of("s", maps.shape())), new Views<>(null, Map.of("t", maps.shape())));
    }
}
