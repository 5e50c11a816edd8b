package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DecoupledKdTest {
    private static ObjectiveCheck golden(double alpha, double beta, double tau) {
        return of(new DecoupledKd(alpha, beta, tau), Golden.LABELS);
    }

    private static ObjectiveCheck of(DecoupledKd loss, Tensor labels) {
        return ObjectiveCheck.of(loss, Views.of(Golden.STUDENT), Views.of(Golden.TEACHER), labels);
    }

    @Test
    void goldenValues() {
        assertEquals(0.161632, golden(1, 0, 4).value(), 1e-6);
        assertEquals(0.256418, golden(0, 1, 4).value(), 1e-6);
        assertEquals(2.212978, golden(1, 8, 4).value(), 1e-6);
    }

    @Test
    void gradients() {
        golden(1, 8, 4).gradients();
        golden(1, 2, 0.7).gradients();
        Device device = Device.reference();
        ObjectiveCheck.logits(new DecoupledKd(1, 8, 2), device.normal(Key.of(3), 1, 7), device.normal(Key.of(4), 1, 7)).gradients();
    }

    @Test
    void nothingToLearnFromAnEqual() {
        var check = ObjectiveCheck.logits(new DecoupledKd(1, 8, 4), Golden.TEACHER, Golden.TEACHER);
        assertEquals(0, check.value(), 1e-14);
        assertEquals(0, check.logitGradient().abs().max().item(), 1e-14);
    }

    /** KD = TCKD + (1 - p_t[y]) NCKD, for an example (equation 7 of the paper). */
    @Test
    void decouplesKd() {
        Tensor student = Golden.STUDENT.slice(0, 2, 3);
        Tensor teacher = Golden.TEACHER.slice(0, 2, 3);
        int label = 0;
        double others = 1 - Plain.softmax(Plain.TEACHER[2], 4)[label];
        double kd = ObjectiveCheck.logits(new LogitKd(4), student, teacher).value();
        assertEquals(kd, ObjectiveCheck.logits(new DecoupledKd(1, others, 4), student, teacher).value(), 1e-12);
    }

    /** PaddleSlim takes the teacher's largest class for the target instead of the label. */
    @Test
    void theTargetIsTheLabelAndNotTheTeachersChoice() {
        double byChoice = of(new DecoupledKd(1, 8, 4), Golden.TEACHER.argmax(-1)).value();
        assertEquals(2.212978, golden(1, 8, 4).value(), 1e-6);
        assertNotEquals(byChoice, golden(1, 8, 4).value(), 1e-3);
    }

    /** PaddleSlim hands probabilities where logarithms belong, so that its loss of an equal student is not 0. */
    @Test
    void comparesLogarithmsOfProbabilities() {
        double target = 0;
        double others = 0;
        for (int n = 0; n < 4; n++) {
            int y = Plain.LABELS[n];
            double p = Plain.softmax(Plain.TEACHER[n], 4)[y];
            double q = Plain.softmax(Plain.STUDENT[n], 4)[y];
            target += Plain.kl(new double[] {p, 1 - p}, new double[] {q, 1 - q});
            others += Plain.kl(Plain.softmax(Plain.without(Plain.TEACHER[n], y), 4), Plain.softmax(Plain.without(Plain.STUDENT[n], y), 4));
        }
        assertEquals(16 * (target + 8 * others) / 4, golden(1, 8, 4).value(), 1e-12);
    }

    /** A known configuration of MMRazor asks for the mean and gets the sum, which grows with the batch. */
    @Test
    void isAMeanOverTheBatch() {
        var twice = ObjectiveCheck.of(new DecoupledKd(1, 8, 4), Views.of(Golden.STUDENT.concat(0, List.of(Golden.STUDENT))),
                Views.of(Golden.TEACHER.concat(0, List.of(Golden.TEACHER))), Golden.LABELS.concat(0, List.of(Golden.LABELS)));
        assertEquals(golden(1, 8, 4).value(), twice.value(), 1e-12);
    }

    @Test
    void sureProbabilitiesDoNotUnderflow() {
        Tensor student = Device.reference().tensor(new double[] {800, 0, -5}, 1, 3);
        Tensor teacher = Device.reference().tensor(new double[] {0, 0, 0}, 1, 3);
        // p_s[y] = 1 to the last bit; log(1 - p_s[y]) is log(1 + exp(-5)) - 800, where its probability is 0 in double.
        double logRest = Math.log1p(Math.exp(-5)) - 800;
        double expected = Math.log(1 / 3.0) / 3 + 2 / 3.0 * (Math.log(2 / 3.0) - logRest);
        assertEquals(expected, ObjectiveCheck.logits(new DecoupledKd(1, 0, 1), student, teacher).value(), 1e-9);
    }

    @Test
    void twoClassesHaveNoOthersToCompare() {
        Tensor student = Golden.STUDENT.slice(1, 0, 2);
        Tensor teacher = Golden.TEACHER.slice(1, 0, 2);
        double kd = ObjectiveCheck.logits(new LogitKd(4), student, teacher).value();
        assertEquals(kd, ObjectiveCheck.logits(new DecoupledKd(1, 8, 4), student, teacher).value(), 1e-12);
    }
}
