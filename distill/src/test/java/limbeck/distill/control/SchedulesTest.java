package limbeck.distill.control;

import static limbeck.nn.optim.Schedule.epochs;
import static limbeck.nn.optim.Schedule.steps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.distill.Controller;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulesTest {
    private static final int EPOCHS = 20;

    /** The same numbers at each of seven steps of each epoch, to the last bit. */
    private static void assertSame(Schedule expected, String text) {
        Schedule read = Schedules.parse(text, EPOCHS);
        for (long step = 0; step < 7 * (EPOCHS + 2); step++) {
            Progress p = Progress.of(step, 7);
            assertEquals(expected.at(p), read.at(p), text + " at step " + step);
        }
    }

    @Test
    void everyFunctionIsTheScheduleOfItsName() {
        assertSame(Schedule.constant(4), "4");
        assertSame(Schedule.constant(-1.5e-3), " -1.5e-3 ");
        assertSame(Schedule.linear(8, 2, epochs(10)), "linear(8, 2, 50%)");
        assertSame(Schedule.linear(8, 2, steps(50)), "linear( 8,2,50 steps )");
        assertSame(Schedule.cosine(8, 2, epochs(20)), "cosine(8, 2, all)");
        assertSame(Schedule.cosine(8, 2, epochs(1)), "cosine(8, 2, 1 epoch)");
        assertSame(Schedule.polynomial(1, 0, 0.9, epochs(12.5)), "polynomial(1, 0, .9, 12.5 epochs)");
        assertSame(Schedule.exponential(8, 0.7, epochs(5)), "exponential(8, 0.7, 5 epochs)");
        assertSame(Schedule.exponential(8, 0.3, epochs(5), 0.1), "exponential(8, 0.3, 5epochs, 0.1)");
        assertSame(Schedule.step(1, 0.5, epochs(3)), "step(1, 0.5, 3 epochs)");
        assertSame(Schedule.stairs(10).until(epochs(5)).then(5).until(epochs(15)).then(3), "table(10 until 5 epochs, 5 until 15 epochs, 3)");
        assertSame(Schedule.stairs(10).until(epochs(5)).then(5).until(epochs(15)).then(3), "table(10 until 25%, 5 until 15 epochs, 3)");
        assertSame(Schedule.restarts(1, 0.1, epochs(2), 1), "restarts(1, 0.1, 2 epochs)");
        assertSame(Schedule.restarts(1, 0.1, epochs(2), 2), "restarts(1, 0.1, 2 epochs, 2)");
        assertSame(Schedule.oneCycle(2, epochs(20)), "onecycle(2, all)");
        assertSame(Schedule.oneCycle(0.1, 1, 0.01, 0.25, epochs(20)), "onecycle(0.1, 1, 0.01, 0.25, all)");
        assertSame(Schedule.cosine(1, 0, epochs(20)).warmup(epochs(2)), "warmup(10%, cosine(1, 0, all))");
        assertSame(Schedule.constant(0.9).after(epochs(3)), "after(3 epochs, 0.9)");
        assertSame(Schedule.constant(8).then(epochs(2), Schedule.linear(8, 2, epochs(4)).then(epochs(4), Schedule.constant(1))),
                "then(2 epochs, 8, 4 epochs, linear(8, 2, 4 epochs), 1)");
        assertSame(Schedule.linear(1, 0, epochs(2)).repeated(epochs(2)), "repeat(2 epochs, linear(1, 0, 2 epochs))");
        Schedule falling = Schedule.linear(0.9, 0.3, epochs(20));
        assertSame(progress -> 1 - falling.at(progress), "oneminus(linear(0.9, 0.3, all))");
        assertSame(Schedule.linear(1, 0, epochs(2)).times(3).atLeast(0.5).atMost(2), "atmost(2, atleast(0.5, scale(3, linear(1, 0, 2 epochs))))");
    }

    @Test
    void controllersAreToldWhereverTheyStand() {
        assertInstanceOf(TeacherRange.class, Schedules.parse("range(1, 0.25)", EPOCHS));
        assertInstanceOf(Performance.class, Schedules.parse("performance(8, 0.5)", EPOCHS));
        assertInstanceOf(ValidationWeight.class, Schedules.parse("validation(0.9, 0.1)", EPOCHS));
        Schedule inside = Schedules.parse("then(50%, warmup(2 epochs, scale(0.5, plateau(0.1, 1))), 3)", EPOCHS);
        Controller told = assertInstanceOf(Controller.class, inside);
        told.validated(1, 0.5);
        told.validated(1, 0.5);
        assertEquals(0.05, inside.at(new Progress(30, 3)), 1e-15);
        assertEquals(3, inside.at(new Progress(30, 10)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cosin(8, 2, all) | schedule: there is no 'cosin'; the nearest are 'cosine', 'then', 'step'",
        "hot | schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got 'hot'",
        "cosine | schedule: cosine looks like cosine(from, to, LENGTH), got 'cosine'",
        "cosine(8, 2) | schedule: cosine looks like cosine(from, to, LENGTH), got 'cosine(8, 2)'",
        "cosine(8, 2, 10) | schedule: cosine needs a length such as 10 epochs, 500 steps, 50% or all in place 3, got '10'",
        "cosine(8, 2, 0 epochs) | schedule: cosine needs a length such as 10 epochs, 500 steps, 50% or all in place 3, got '0 epochs'",
        "cosine(8, 2, 1.5 steps) | schedule: cosine needs a length such as 10 epochs, 500 steps, 50% or all in place 3, got '1.5 steps'",
        "cosine(8, x, all) | schedule: cosine needs a number in place 2, got 'x'",
        "cosine(8, 2, all | schedule: 'cosine(8, 2, all' has a ( without its )",
        "cosine(8,, all) | schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got 'cosine(8,, all)'",
        "table(10 until 5 epochs, 5) x | schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got 'table(10 until 5 epochs, 5) x'",
        "table(10 until 5 epochs) | schedule: table ends with a number that stays, such as 3, got '10 until 5 epochs'",
        "table(10, 5) | schedule: table needs parts such as 10 until 5 epochs, got '10'",
        "table(1 until 5 epochs, 2 until 5 epochs, 3) | schedule: stairs end one after the other, got 5 epochs and then 5 epochs; put them "
                + "in order",
        "then(2 epochs, 8, 4, 3) | schedule: then looks like then(LENGTH, SCHEDULE, ..., SCHEDULE), got 4 arguments",
        "onecycle(1, 2, all) | schedule: onecycle looks like onecycle(peak, LENGTH) or onecycle(from, peak, to, rise, LENGTH), got 3 arguments",
        "plateau(0.5, 1.5) | schedule: plateau needs a whole number in place 2, got '1.5'",
        "warmup(2 epochs, hot) | schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got 'hot'",
        "1e999 | schedule: needs a number or a schedule such as cosine(8, 2, 10 epochs), got '1e999'",
    })
    void whatCannotBeReadIsOneSentence(String text, String sentence) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, () -> Schedules.check(text)).getMessage());
    }

    @Test
    void orderBesidePartsOfAStageIsCheckedOnceItsLengthIsKnown() {
        String text = "table(10 until 5 epochs, 5 until 50%, 4 until 75%, 3)";
        Schedules.check(text);
        assertSame(Schedule.stairs(10).until(epochs(5)).then(5).until(epochs(10)).then(4).until(epochs(15)).then(3), text);
        assertThrows(IllegalArgumentException.class, () -> Schedules.parse(text, 10));
        Schedules.check("table(10 until 50%, 5 until 15 epochs, 3)");
        assertThrows(IllegalArgumentException.class, () -> Schedules.check("table(10 until 50%, 5 until 25%, 3)"));
        assertThrows(IllegalArgumentException.class, () -> Schedules.check("table(10 until all, 5 until 50%, 3)"));
    }

    @Test
    void usagesSayHowFunctionsAreWritten() {
        assertEquals(20, Schedules.usages().size());
        assertEquals("linear(from, to, LENGTH)", Schedules.usages().getFirst());
    }

    @Test
    void commasInsideParenthesesDoNotSeparate() {
        assertEquals(List.of("a", "b(c, d(e, f))", "g"), Commas.split(" a, b(c, d(e, f)) ,g"));
        assertEquals(List.of(""), Commas.split(""));
        assertEquals(List.of("", ""), Commas.split(","));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Commas.split("a)")).getMessage().contains("a ) without its ("));
    }
}
