package limbeck.distill.logits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.distill.method.ObjectiveCheck;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import org.junit.jupiter.api.Test;

class CurriculumTemperatureTest {
    private static final double SIGMOID = 1 / (1 + Math.exp(-1));

    private static CurriculumTemperature loss(Schedule reversal) {
        return CurriculumTemperature.of(1, 1, 20, reversal, Device.reference());
    }

    private static double thetaGradient(CurriculumTemperature loss, Progress progress) {
        var tape = new Tape();
        var moment = new Moment(progress, Views.of(Variable.of(Golden.STUDENT)), Views.of(Golden.TEACHER), Golden.LABELS);
        return tape.backward(tape.record(() -> loss.loss(moment))).of(loss.theta()).item();
    }

    private static double kd(double tau) {
        return ObjectiveCheck.logits(new LogitKd(tau), Golden.STUDENT, Golden.TEACHER).value();
    }

    @Test
    void isKdAtTheLearnedTemperature() {
        CurriculumTemperature loss = loss(Schedule.constant(1));
        assertEquals(1 + 20 * SIGMOID, loss.temperature(), 1e-12);
        assertEquals(kd(1 + 20 * SIGMOID), ObjectiveCheck.logits(loss, Golden.STUDENT, Golden.TEACHER).value(), 1e-12);
    }

    /** A lambda of -1 reverses nothing, so that differences of the loss are the gradient, theta's included. */
    @Test
    void gradientsWhereNothingIsReversed() {
        ObjectiveCheck.logits(loss(Schedule.constant(-1)), Golden.STUDENT, Golden.TEACHER).gradients();
    }

    @Test
    void temperatureIsInTheGraphOfBothSoftmaxesAndOfTheSquare() {
        double step = 1e-5;
        double tau = 1 + 20 * SIGMOID;
        double slope = (kd(tau + step) - kd(tau - step)) / (2 * step) * 20 * SIGMOID * (1 - SIGMOID);
        assertEquals(-slope, thetaGradient(loss(Schedule.constant(1)), Progress.START), 1e-8);
        double ofTheSquareAlone = 2 * kd(tau) / tau * 20 * SIGMOID * (1 - SIGMOID);
        assertTrue(Math.abs(ofTheSquareAlone) > 100 * Math.abs(slope), "a constant square would be seen: " + ofTheSquareAlone);
    }

    @Test
    void reversalRisesAlongACosine() {
        CurriculumTemperature loss = loss(Schedule.cosine(0, 1, Schedule.epochs(10)));
        double whole = thetaGradient(loss, new Progress(1000, 10));
        assertEquals(0, thetaGradient(loss, Progress.START), 1e-15);
        for (double epoch : new double[] {1, 2.5, 5, 9, 10, 50}) {
            double lambda = (1 - Math.cos(Math.PI * Math.min(epoch, 10) / 10)) / 2;
            assertEquals(lambda * whole, thetaGradient(loss, new Progress(1, epoch)), 1e-12, "epoch " + epoch);
        }
    }

    @Test
    void theOptimizerRaisesTheLossThroughTheTemperature() {
        CurriculumTemperature loss = loss(Schedule.constant(1));
        double before = ObjectiveCheck.logits(loss, Golden.STUDENT, Golden.TEACHER).value();
        var moment = new Moment(Progress.START, Views.of(Variable.of(Golden.STUDENT)), Views.of(Golden.TEACHER), Golden.LABELS);
        var tape = new Tape();
        Sgd.of(loss.parameters(), Schedule.constant(0.5), 0, 0).step(tape.backward(tape.record(() -> loss.loss(moment))), Progress.START);
        assertTrue(ObjectiveCheck.logits(loss, Golden.STUDENT, Golden.TEACHER).value() > before);
    }

    @Test
    void extremeLogitsLeaveThetasGradientFinite() {
        for (double scale : new double[] {0, 1e4, -1e4}) {
            CurriculumTemperature loss = loss(Schedule.constant(1));
            var moment = new Moment(Progress.START, Views.of(Variable.of(Golden.STUDENT.mul(scale))), Views.of(Golden.TEACHER.mul(-scale)),
                    Golden.LABELS);
            var tape = new Tape();
            assertTrue(Double.isFinite(tape.backward(tape.record(() -> loss.loss(moment))).of(loss.theta()).item()), "scale " + scale);
        }
    }
}
