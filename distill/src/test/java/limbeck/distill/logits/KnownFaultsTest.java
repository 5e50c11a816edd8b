package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Map;
import limbeck.distill.Frozen;
import limbeck.distill.HardLabels;
import limbeck.distill.Term;
import limbeck.distill.Views;
import limbeck.distill.method.Curriculum;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.distill.method.Task;
import limbeck.nn.Linear;
import limbeck.nn.Module;
import limbeck.nn.optim.Progress;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Faults of well-known implementations of Hinton's loss that this one does not have; those of other losses are in their own tests. */
class KnownFaultsTest {
    private static final double TAU = 4;

    private static double kd() {
        return ObjectiveCheck.logits(new LogitKd(TAU), Golden.STUDENT, Golden.TEACHER).value();
    }

    /** The divergence by plain loops, of the rows as they are given. */
    private static double sum(double[][] of, double[][] from) {
        double sum = 0;
        for (int n = 0; n < of.length; n++) {
            sum += Plain.kl(Plain.softmax(of[n], TAU), Plain.softmax(from[n], TAU));
        }
        return TAU * TAU * sum;
    }

    /** KD_Lib hands a softmax to a divergence that takes logarithms: its loss of equals is not 0, and is negative. */
    @Test
    void kdLibSoftmaxInsteadOfLogSoftmax() {
        var equal = ObjectiveCheck.logits(new LogitKd(TAU), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, equal.value(), 1e-15);
        assertEquals(sum(Plain.TEACHER, Plain.STUDENT) / 4, kd(), 1e-12);
    }

    /** KD_Lib swaps student and teacher. */
    @Test
    void kdLibSwappedArguments() {
        assertEquals(sum(Plain.TEACHER, Plain.STUDENT) / 4, kd(), 1e-12);
        assertNotEquals(sum(Plain.STUDENT, Plain.TEACHER) / 4, kd(), 1e-3);
    }

    /** KD_Lib and Neural Compressor average over classes too: with more classes that nobody believes in, the loss would shrink. */
    @Test
    void kdLibAndNeuralCompressorElementMean() {
        Device device = Device.reference();
        Tensor never = device.full(-1e4, Shape.of(4, 9));
        var wide = ObjectiveCheck.logits(new LogitKd(TAU), Golden.STUDENT.concat(1, List.of(never)),
                Golden.TEACHER.concat(1, List.of(never)));
        assertEquals(kd(), wide.value(), 1e-12);
        assertNotEquals(sum(Plain.TEACHER, Plain.STUDENT) / 12, kd(), 1e-3);
    }

    /** torchdistill drops tau^2 where the labels are missing or have no weight. */
    @Test
    void torchdistillDroppedTauSquared() {
        var unlabelled = new ObjectiveCheck(new LogitKd(TAU), Progress.START, Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), null,
                new long[4]);
        assertEquals(kd(), unlabelled.value(), 1e-14);
        assertEquals(0.333929, unlabelled.value(), 1e-6);

        Module student = Linear.of(2, 3, Key.of(1));
        Task task = Task.of(student, student, () -> Linear.of(2, 3, Key.of(1)), Shape.of(2), 3, 4, 1, 4, Key.of(2));
        var choice = LogitKd.METHOD.with(Map.of("ce", "0", "weight", "1"));
        List<Term> terms = Curriculum.of(List.of(choice), task, new Frozen(student), new HardLabels()).stages().getLast().recipe().terms();
        assertEquals(List.of("kd"), terms.stream().map(Term::name).toList());
        assertEquals(kd(), ObjectiveCheck.logits(terms.getFirst().objective(), Golden.STUDENT, Golden.TEACHER).value(), 1e-14);
    }
}
