package limbeck.distill.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import limbeck.autograd.Variable;
import limbeck.distill.Controller;
import limbeck.distill.Moment;
import limbeck.distill.Views;
import limbeck.distill.method.Golden;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.tensor.Device;
import limbeck.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ControllersTest {
    private static double now(Schedule schedule) {
        return schedule.at(Progress.START);
    }

    private static Moment moment(Tensor teacher) {
        return new Moment(Progress.START, Views.of(Variable.of(Golden.STUDENT)), Views.of(teacher), Golden.LABELS);
    }

    /** What has seen the same, and what was restored in its middle, go on with the same numbers. */
    private static void assertGoesOn(Supplier<Controller> maker, double[] losses) {
        for (int middle = 0; middle <= losses.length; middle++) {
            Controller whole = maker.get();
            Controller restored = maker.get();
            for (int i = 0; i < losses.length; i++) {
                if (i == middle) {
                    restored.restore(whole.state());
                }
                whole.validated(losses[i], 0.5);
                if (i >= middle) {
                    restored.validated(losses[i], 0.5);
                    assertEquals(now(whole), now(restored), "from " + middle + " at " + i);
                    assertArrayEquals(whole.state(), restored.state());
                }
            }
        }
    }

    @Test
    void theTemperatureFollowsTheRangeOfTheTeachersLogits() {
        var range = new TeacherRange(1.5, 0.25);
        assertEquals(1.5, now(range));
        range.seen(moment(Device.reference().tensor(new double[] {-3, 5, 0.5, 1, 2, 13}, 2, 3)));
        assertEquals(1.5 + 0.25 * 16, now(range));
        var restored = new TeacherRange(1.5, 0.25);
        restored.restore(range.state());
        assertEquals(5.5, now(restored));
        range.check(Views.of(Golden.STUDENT.shape()), Views.of(Golden.TEACHER.shape()));
        for (Schedule listening : List.of(range, Composed.of(range.times(2), range))) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> ((Controller) listening).check(Views.of(Golden.STUDENT.shape()), Views.of(null)))
                    .getMessage().startsWith("schedule: range follows the teacher's logits, but there is no teacher"));
        }
        range.seen(moment(Golden.TEACHER.mul(0).add(7)));
        assertEquals(1.5, now(range));
        assertEquals("schedule: range follows the teacher's logits, but there is no teacher that shows any; choose another schedule, or a "
                + "method that has a teacher", assertThrows(IllegalArgumentException.class, () -> range.seen(moment(null))).getMessage());
        assertThrows(ArithmeticException.class,
                () -> range.seen(moment(Device.reference().tensor(new double[] {Double.NaN, 1}, 1, 2))));
        assertThrows(IllegalArgumentException.class, () -> new TeacherRange(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TeacherRange(1, -1));
    }

    @Test
    void theFifthObservationIsTheFirstThatActs() {
        var performance = new Performance(8, 0.5);
        for (double loss : new double[] {2, 1.8, 1.7, 1.6}) {
            performance.validated(loss, 0.5);
            assertEquals(8, now(performance));
        }
        // What is not finite is no observation.
        performance.validated(Double.NaN, 0.5);
        assertEquals(8, now(performance));
        performance.validated(1.5, 0.5);
        double fifth = 8 * (1 - 0.5 * ((2 - 1.5) / 2));
        assertEquals(fifth, now(performance));
        assertEquals(7, fifth);
        // The window moves on by one.
        performance.validated(1.35, 0.5);
        double sixth = fifth * (1 - 0.5 * ((1.8 - 1.35) / 1.8));
        assertEquals(sixth, now(performance));
        // A loss that has grown over the window raises the temperature.
        performance.validated(3.4, 0.5);
        assertEquals(sixth * (1 - 0.5 * ((1.7 - 3.4) / 1.7)), now(performance));
    }

    @Test
    void thePerformanceTemperatureIsAtLeastOne() {
        var performance = new Performance(1.2, 1);
        for (double loss : new double[] {2, 2, 2, 2, 0.5}) {
            performance.validated(loss, 0.5);
        }
        assertEquals(1, now(performance));
        var none = new Performance(4, 1);
        for (int i = 0; i < 7; i++) {
            none.validated(0, 1);
            assertEquals(4, now(none));
        }
        assertGoesOn(() -> new Performance(8, 0.5), new double[] {2, 1.9, 1.5, 1.6, 1.2, 1.3, 1.1, 0.9, 1});
        assertThrows(IllegalArgumentException.class, () -> new Performance(0.9, 1));
        assertThrows(IllegalArgumentException.class, () -> performance.restore(new double[7]));
    }

    @Test
    void aPlateauWaitsAndThenLowers() {
        var plateau = new Plateau(0.5, 2);
        plateau.validated(1, 0.5);
        plateau.validated(0.9, 0.5);
        // Hardly better is not better.
        plateau.validated(0.9 * (1 - 1e-4), 0.5);
        assertEquals(1, now(plateau));
        plateau.validated(0.95, 0.5);
        assertEquals(0.5, now(plateau));
        // The counting begins anew.
        plateau.validated(0.95, 0.5);
        assertEquals(0.5, now(plateau));
        plateau.validated(0.8, 0.5);
        plateau.validated(0.85, 0.5);
        assertEquals(0.5, now(plateau));
        plateau.validated(Double.NaN, 0.5);
        assertEquals(0.25, now(plateau));
        assertGoesOn(() -> new Plateau(0.1, 2), new double[] {1, 1, 1, 0.9, 0.95, 0.92, 1, 1, 1, 0.5});
        assertThrows(IllegalArgumentException.class, () -> new Plateau(1, 2));
        assertThrows(IllegalArgumentException.class, () -> new Plateau(0.5, 0));
    }

    @Test
    void aWeightWalksOnWhileTheLossFallsAsFast() {
        var weight = new ValidationWeight(0.8, 0.25);
        weight.validated(2, 0.5);
        assertEquals(0.8, now(weight));
        weight.validated(1.8, 0.5);
        // A decay of 0.1: the first step is up.
        assertEquals(0.8 * 1.25, now(weight));
        weight.validated(1.44, 0.5);
        // 0.2: on.
        assertEquals(0.8 * 1.25 * 1.25, now(weight));
        weight.validated(1.296, 0.5);
        // 0.1: back.
        assertEquals(0.8 * 1.25 * 1.25 / 1.25, now(weight));
        weight.validated(1.1, 0.5);
        // 0.15: on downward.
        assertEquals(0.8 * 1.25 * 1.25 / 1.25 / 1.25, now(weight));
        weight.validated(1.2, 0.5);
        // The loss has grown: turned.
        assertEquals(0.8 * 1.25 * 1.25 / 1.25 / 1.25 * 1.25, now(weight));
        assertGoesOn(() -> new ValidationWeight(0.5, 0.1), new double[] {2, 1.8, 1.44, 1.3, 1.2, 1.3, 0.4});
        assertThrows(IllegalArgumentException.class, () -> new ValidationWeight(0, 0.1));
    }

    @Test
    void whatIsMadeOfControllersTellsThem() {
        var plateau = new Plateau(0.5, 1);
        var performance = new Performance(4, 1);
        Schedule product = plateau.times(performance).atLeast(0.1);
        Schedule told = Composed.of(product, plateau, performance, Schedule.constant(1));
        var controller = assertInstanceOf(Controller.class, told);
        double[] losses = {1, 1, 0.8, 0.7, 0.9, 0.4, 0.3};
        for (double loss : losses) {
            controller.validated(loss, 0.5);
            assertEquals(now(plateau) * now(performance), now(told));
        }
        var again = new Plateau(0.5, 1);
        var other = new Performance(4, 1);
        var restored = assertInstanceOf(Controller.class, Composed.of(again.times(other), again, other));
        restored.restore(controller.state());
        assertEquals(now(told), now(restored));
        assertThrows(IllegalArgumentException.class, () -> restored.restore(new double[] {3, 1, 2}));
        assertThrows(IllegalArgumentException.class, () -> restored.restore(new double[] {9}));
        // Of schedules that do not listen nothing is made.
        assertSame(product, Composed.of(product, Schedule.constant(2)));
        assertSame(plateau, Composed.of(plateau, performance));
    }
}
