package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import limbeck.autograd.GradCheck;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Objective;
import limbeck.distill.Views;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LogitKdTest {
    private static final Device DEVICE = Device.reference();
    private static final Shape SHAPE = Shape.of(4, 3);
    /** The house's golden inputs: s = 2 sin(1 + k), t = 2 cos(k / 2), row-major k = 3 i + j. */
    private static final Tensor STUDENT = DEVICE.tensor(IntStream.range(0, 12).mapToDouble(k -> 2 * Math.sin(1 + k)).toArray(), SHAPE);
    private static final Tensor TEACHER = DEVICE.tensor(IntStream.range(0, 12).mapToDouble(k -> 2 * Math.cos(k / 2.0)).toArray(), SHAPE);

    private static Moment moment(Variable student, Tensor teacher) {
        return new Moment(Progress.START, Views.of(student), Views.of(teacher), student.device().tensor(new int[] {0, 1, 2, 0}, 4));
    }

    private static double loss(Objective objective, Tensor student, Tensor teacher) {
        return objective.loss(moment(Variable.of(student), teacher)).item();
    }

    private static Tensor gradient(Objective objective, Tensor student, Tensor teacher) {
        Variable leaf = Variable.leaf(student);
        var tape = new Tape();
        return tape.backward(tape.record(() -> objective.loss(moment(leaf, teacher)))).of(leaf);
    }

    @Test
    void goldenValueAndGradient() {
        assertEquals(0.333929, loss(new LogitKd(4), STUDENT, TEACHER), 1e-6);
        assertEquals(-0.000504, gradient(new LogitKd(4), STUDENT, TEACHER).toDoubles()[0], 1e-6);
    }

    @Test
    void gradientIsTauTimesTheDifferenceOfProbabilities() {
        for (double tau : new double[] {0.5, 1, 4, 20}) {
            Tensor expected = STUDENT.div(tau).softmax(-1).sub(TEACHER.div(tau).softmax(-1)).mul(tau / 4);
            assertEquals(0, gradient(new LogitKd(tau), STUDENT, TEACHER).sub(expected).abs().max().item(), 1e-12, "tau " + tau);
        }
        GradCheck.check(in -> new LogitKd(3).loss(moment(in.getFirst(), TEACHER)), STUDENT);
    }

    @Test
    void growingTemperatureKeepsTheGradientsScale() {
        double at20 = gradient(new LogitKd(20), STUDENT, TEACHER).abs().sum().item();
        double at200 = gradient(new LogitKd(200), STUDENT, TEACHER).abs().sum().item();
        assertEquals(1, at200 / at20, 0.1);
    }

    @Test
    void nothingToLearnFromAnEqual() {
        assertEquals(0, loss(new LogitKd(4), TEACHER, TEACHER), 1e-15);
        assertEquals(0, gradient(new LogitKd(4), TEACHER, TEACHER).abs().max().item(), 1e-15);
    }

    @Test
    void dividesByTheBatchAlone() {
        Tensor twiceStudent = STUDENT.concat(0, List.of(STUDENT));
        Tensor twiceTeacher = TEACHER.concat(0, List.of(TEACHER));
        assertEquals(loss(new LogitKd(4), STUDENT, TEACHER),
                new LogitKd(4).loss(new Moment(Progress.START, Views.of(Variable.of(twiceStudent)), Views.of(twiceTeacher), null)).item(), 1e-12);
    }

    @Test
    void extremeLogitsStayFinite() {
        for (Device device : new Device[] {DEVICE, Device.cpu()}) {
            Tensor student = device.tensor(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 1e4f, 0, 0, 0, -1e4f, -1e4f, -1e4f}, SHAPE);
            Tensor teacher = student.neg();
            assertTrue(Double.isFinite(loss(new LogitKd(1), student, teacher)), device.name());
            assertTrue(Arrays.stream(gradient(new LogitKd(1), student, teacher).toDoubles()).allMatch(Double::isFinite), device.name());
        }
    }

    @Test
    void temperatureFollowsItsSchedule() {
        var cooling = new LogitKd(Schedule.linear(8, 2, Schedule.epochs(3)));
        Variable student = Variable.of(STUDENT);
        var late = new Moment(new Progress(100, 3), Views.of(student), Views.of(TEACHER), null);
        assertEquals(loss(new LogitKd(2), STUDENT, TEACHER), cooling.loss(late).item(), 1e-12);
        assertEquals(loss(new LogitKd(8), STUDENT, TEACHER), loss(cooling, STUDENT, TEACHER), 1e-12);
    }

    @Test
    void differentClassesAreRefusedInWords() {
        var e = assertThrows(IllegalArgumentException.class,
                () -> new LogitKd(4).check(Views.of(Shape.of(8, 10)), Views.of(Shape.of(8, 100))));
        assertEquals("kd: the student's logits are (8, 10), the teacher's (8, 100); both must know the same classes", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new LogitKd(4).check(Views.of(Shape.of(8, 10)), Views.of(null)));
    }

    @Test
    void randomLogitsAgreeWithTheDefinition() {
        Tensor student = DEVICE.normal(Key.of(7), 33, 17);
        Tensor teacher = DEVICE.normal(Key.of(8), 33, 17);
        double sum = 0;
        double[] p = teacher.div(2.5).softmax(-1).toDoubles();
        double[] q = student.div(2.5).softmax(-1).toDoubles();
        for (int i = 0; i < p.length; i++) {
            sum += p[i] * (Math.log(p[i]) - Math.log(q[i]));
        }
        double actual = new LogitKd(2.5).loss(new Moment(Progress.START, Views.of(Variable.of(student)), Views.of(teacher), null)).item();
        assertEquals(2.5 * 2.5 * sum / 33, actual, 1e-10);
    }
}
