package limbeck.distill.features;

import static limbeck.distill.method.ObjectiveCheck.features;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Tap;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.Identity;
import limbeck.nn.Sequential;
import limbeck.tensor.Device;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class FactorTransferTest {
    /** Factors that are the maps themselves. */
    private static ObjectiveCheck bare(Tensor student, Tensor teacher) {
        var nothing = new Paraphraser(Sequential.of(), Sequential.of());
        return features(new FactorTransfer(Maps.place(student, teacher), nothing, new Identity()), student, teacher);
    }

    private static FactorTransfer learned(Tensor student, Tensor teacher, int factors) {
        return Maps.inDouble(() -> new FactorTransfer(Maps.place(student, teacher),
                Paraphraser.of(teacher.shape().dim(1), factors, Maps.KEY.split("paraphraser")),
                Paraphraser.translator(student.shape().dim(1), factors, Maps.KEY.split("translator"))));
    }

    /** mean |a / ||a|| - b / ||b||| with one length for each example, in loops. */
    private static double expected(Tensor a, Tensor b) {
        int size = a.shape().intSize() / a.shape().dim(0);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double sum = 0;
        for (int n = 0; n < a.shape().dim(0); n++) {
            double xx = 0;
            double yy = 0;
            for (int i = n * size; i < (n + 1) * size; i++) {
                xx += x[i] * x[i];
                yy += y[i] * y[i];
            }
            for (int i = n * size; i < (n + 1) * size; i++) {
                sum += Math.abs(x[i] / Math.sqrt(xx) - y[i] / Math.sqrt(yy));
            }
        }
        return sum / x.length;
    }

    @Test
    void goldenValueOfThePapersForm() {
        assertEquals(0.349819, expected(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS), 1e-6);
        assertEquals(0.349819, bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).value(), 1e-6);
        bare(Golden.STUDENT_MAPS, Golden.TEACHER_MAPS).gradients();
    }

    @Test
    void isInvariantToTheScaleOfEither() {
        Tensor s = Maps.random("s", 2, 3, 3, 3);
        Tensor t = Maps.random("t", 2, 3, 3, 3);
        assertEquals(bare(s, t).value(), bare(s.mul(1e3), t.mul(0.1)).value(), 1e-12);
        assertEquals(0, bare(s, s).value());
    }

    @Test
    void gradientsThroughTheTranslator() {
        Tensor student = Maps.random("s", 2, 2, 3, 4);
        Tensor teacher = Maps.random("t", 2, 4, 5, 3);
        features(learned(student, teacher, 2), student, teacher).gradients();
    }

    @Test
    void factorsHaveFewerChannelsAndKeepTheSize() {
        Paraphraser paraphraser = Maps.inDouble(() -> Paraphraser.of(6, 3, Maps.KEY));
        Tensor maps = Maps.random("t", 2, 6, 5, 4);
        assertEquals(Shape.of(2, 3, 5, 4), paraphraser.factor(maps).shape());
        assertEquals(maps.shape(), paraphraser.apply(Variable.of(maps)).shape());
        assertEquals(12, paraphraser.parameters().size(), "six layers with weight and bias");
    }

    @Test
    void theParaphrasersTrainingLooksAtTheTeacherAlone() {
        Tensor teacher = Maps.random("t", 2, 2, 3, 2);
        Paraphraser paraphraser = Maps.inDouble(() -> Paraphraser.of(2, 1, Maps.KEY));
        var training = new Paraphraser.Training(Tap.teacher("t"), paraphraser);
        assertEquals(List.of(Tap.teacher("t")), List.copyOf(training.taps()));
        ObjectiveCheck.of(training, new Views<>(null, Map.of()), new Views<>(null, Map.of("t", teacher)),
                Maps.DEVICE.tensor(new int[2], 2)).gradients();
    }

    /** A paraphraser that goes on learning would move its factors toward the student's until nothing is left to say. */
    @Test
    void theParaphraserIsFrozenInTheMainStage() {
        Tensor student = Maps.random("s", 2, 2, 3, 3);
        Tensor teacher = Maps.random("t", 2, 4, 3, 3);
        FactorTransfer transfer = learned(student, teacher, 2);
        var paraphraser = transfer.paraphraser().parameters().values();
        assertTrue(transfer.parameters().stream().noneMatch(parameter -> paraphraser.stream().anyMatch(other -> other == parameter)));

        var tape = new Tape();
        var gradients = tape.backward(tape.record(() -> transfer.loss(Maps.moment(Variable.leaf(student), teacher))));
        paraphraser.forEach(parameter -> assertFalse(gradients.has(parameter)));
    }

    @Test
    void deadAndExtremeFeaturesStayFinite() {
        for (Device device : new Device[] {Device.reference(), Device.cpu()}) {
            Tensor s = Maps.random("s", 2, 3, 3, 3).to(device);
            bare(s.mul(0), s).finite();
            bare(s.mul(1e4), s.mul(0)).finite();
            bare(s.mul(1e4), s.mul(-1e4)).finite();
        }
    }

    @Test
    void vectorsAreRefused() {
        assertEquals("ft: compares feature maps (C, H, W), got s (3) ~ t (3); choose convolutional layers",
                assertThrows(IllegalArgumentException.class, () -> bare(Maps.random("s", 2, 3), Maps.random("t", 2, 3))).getMessage());
    }
}
