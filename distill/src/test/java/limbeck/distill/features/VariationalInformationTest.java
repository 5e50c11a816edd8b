package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.autograd.Parameter;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.features.VariationalInformation.Guess;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Identity;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class VariationalInformationTest {
    /** A guess whose mean is the student's map itself. */
    private static VariationalInformation bare(Tensor student, Tensor teacher, double variance) {
        Guess start = Maps.inDouble(() -> Guess.of(ObjectiveCheck.pairing(student, teacher), variance, Maps.KEY));
        return new VariationalInformation(List.of(new Guess(start.place(), new Identity(), start.spread())));
    }

    private static VariationalInformation learned(Tensor student, Tensor teacher) {
        return new VariationalInformation(List.of(Maps.inDouble(() -> Guess.of(ObjectiveCheck.pairing(student, teacher), 5, Maps.KEY))));
    }

    @Test
    void goldenValue() {
        var check = features(bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS, 5), Golden.STUDENT_MAPS, Golden.TEACHER_MAPS);
        assertEquals(0.886024, check.value(), 1e-6);
        check.gradients();
    }

    @Test
    void variancesStartWhereTheyAreTold() {
        Tensor maps = Golden.TEACHER_MAPS;
        for (double variance : new double[] {1e-3, 1, 5, 1000}) {
            assertEquals(Math.log(variance) / 2, features(bare(maps, maps, variance), maps, maps).value(), 1e-9, "nothing but the log is left");
        }
    }

    @Test
    void gradientsThroughTheMeanAndTheVariances() {
        Tensor student = Maps.random("s", 2, 2, 4, 3);
        Tensor teacher = Maps.random("t", 2, 3, 3, 5);
        features(learned(student, teacher), student, teacher).gradients();
    }

    /** mdistiller keeps the scales in a plain list, where no optimizer finds them. */
    @Test
    void theVariancesAreTrained() {
        Tensor student = Maps.random("s", 2, 2, 3, 3);
        Tensor teacher = Maps.random("t", 2, 3, 3, 3);
        VariationalInformation vid = learned(student, teacher);
        Parameter spread = vid.guesses().getFirst().spread();
        assertTrue(vid.parameters().contains(spread));
        assertEquals(4, vid.parameters().size());

        var tape = new Tape();
        var moment = Maps.moment(Variable.of(student), teacher);
        var gradients = tape.backward(tape.record(() -> vid.loss(moment)));
        assertTrue(gradients.of(spread).abs().min().item() > 0);
        double before = vid.loss(moment).item();
        for (int i = 0; i < 50; i++) {
            var again = new Tape();
            Tensor gradient = again.backward(again.record(() -> vid.loss(moment))).of(spread);
            spread.set(spread.tensor().sub(gradient));
        }
        assertTrue(vid.loss(moment).item() < before, "the loss falls by the variances alone");
    }

    @Test
    void canBecomeNegative() {
        Tensor maps = Golden.TEACHER_MAPS;
        assertTrue(features(bare(maps, maps, 0.01), maps, maps).value() < 0);
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        Tensor s = Maps.random("s", 2, 2, 3, 3);
        Tensor t = Maps.random("t", 2, 3, 3, 3);
        features(learned(s, t), s.mul(0), t.mul(1e4)).finite();
        features(learned(s, t), s.mul(1e4), t.mul(0)).finite();
        VariationalInformation narrow = bare(t, t, 5);
        narrow.guesses().getFirst().spread().set(Maps.DEVICE.full(-1e4, t.shape().without(List.of(0, 2, 3), false)));
        features(narrow, t.add(1), t).finite();
    }

    @Test
    void vectorsAreRefused() {
        Tensor vectors = Maps.random("s", 2, 3);
        assertThrows(IllegalArgumentException.class, () -> bare(vectors, vectors, 5));
        assertThrows(IllegalArgumentException.class, () -> new VariationalInformation(List.of()));
    }
}
