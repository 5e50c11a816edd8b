package limbeck.nn.optim;

import static limbeck.nn.optim.Schedule.constant;
import static limbeck.nn.optim.Schedule.cosine;
import static limbeck.nn.optim.Schedule.epochs;
import static limbeck.nn.optim.Schedule.linear;
import static limbeck.nn.optim.Schedule.steps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final double TINY = 1e-12;

    /** Seven steps an epoch: no power of two, so that epochs are not exact in binary. */
    private static Progress step(long step) {
        return Progress.of(step, 7);
    }

    @Test
    void aLineRunsFromOneNumberToTheOtherAndStays() {
        Schedule line = linear(8, 2, steps(6));
        assertEquals(8, line.at(Progress.START));
        assertEquals(7, line.at(step(1)), TINY);
        assertEquals(2, line.at(step(6)), TINY);
        assertEquals(2, line.at(step(1_000_000)), TINY);
    }

    @Test
    void theSameLineByEpochs() {
        Schedule line = linear(8, 2, epochs(3));
        assertEquals(8, line.at(step(0)), TINY);
        assertEquals(6, line.at(step(7)), TINY);
        assertEquals(5, line.at(new Progress(999, 1.5)), TINY);
        assertEquals(2, line.at(step(21)), TINY);
    }

    @Test
    void aCosineIsHalfWayInTheMiddleAndFlatAtTheEnds() {
        Schedule cosine = cosine(0.1, 0.02, steps(100));
        assertEquals(0.1, cosine.at(step(0)), TINY);
        assertEquals(0.06, cosine.at(step(50)), TINY);
        assertEquals(0.02 + 0.08 * 0.5 * (1 + Math.cos(Math.PI / 4)), cosine.at(step(25)), TINY);
        assertEquals(0.02, cosine.at(step(100)), TINY);
        assertEquals(0.02, cosine.at(step(101)), TINY);
    }

    @Test
    void stairsFallAtWholeEpochsExactly() {
        Schedule stairs = Schedule.step(1, 0.5, epochs(1));
        for (long i = 0; i < 7 * 40; i++) {
            assertEquals(Math.pow(0.5, i / 7), stairs.at(step(i)), "step " + i);
        }
    }

    @Test
    void stairsAtGivenPoints() {
        Schedule stairs = Schedule.table(0.05, 0.1, epochs(150), epochs(180), epochs(210));
        assertEquals(0.05, stairs.at(step(150 * 7 - 1)), TINY);
        assertEquals(0.005, stairs.at(step(150 * 7)), TINY);
        assertEquals(0.005, stairs.at(step(180 * 7 - 1)), TINY);
        assertEquals(0.00005, stairs.at(step(210 * 7)), TINY);
    }

    @Test
    void warmupMultipliesWithoutDelay() {
        Schedule rate = cosine(1, 0, steps(100)).warmup(steps(10));
        assertEquals(0, rate.at(step(0)), TINY);
        assertEquals(0.5 * cosine(1, 0, steps(100)).at(step(5)), rate.at(step(5)), TINY);
        assertEquals(cosine(1, 0, steps(100)).at(step(40)), rate.at(step(40)), TINY);
        assertEquals(0, rate.at(step(100)), TINY);
    }

    @Test
    void whatFollowsCountsFromWhereItStarts() {
        Schedule two = linear(0, 1, steps(10)).then(steps(20), linear(1, 0, steps(10)));
        assertEquals(0.3, two.at(step(3)), TINY);
        assertEquals(1, two.at(step(19)), TINY);
        assertEquals(1, two.at(step(20)), TINY);
        assertEquals(0.7, two.at(step(23)), TINY);
        assertEquals(0, two.at(step(30)), TINY);
    }

    @Test
    void unitsMix() {
        // After 3 epochs, that is 21 steps, a line over 10 steps; after 14 steps, that is 2 epochs, stairs of an epoch.
        assertEquals(0.4, constant(5).then(epochs(3), linear(0, 1, steps(10))).at(step(25)), TINY);
        Schedule stairs = constant(5).then(steps(14), Schedule.step(1, 0.5, epochs(1)));
        for (long i = 14; i < 7 * 60; i++) {
            assertEquals(Math.pow(0.5, (i - 14) / 7), stairs.at(step(i)), "step " + i);
        }
    }

    @Test
    void threeInARow() {
        Schedule three = constant(1).then(steps(5), constant(2).then(steps(5), linear(3, 4, steps(5))));
        assertEquals(1, three.at(step(4)));
        assertEquals(2, three.at(step(5)));
        assertEquals(2, three.at(step(9)));
        assertEquals(3, three.at(step(10)), TINY);
        assertEquals(3.4, three.at(step(12)), TINY);
    }

    @Test
    void aTermThatJoinsLater() {
        Schedule weight = constant(0.9).after(epochs(2));
        assertEquals(0, weight.at(step(13)));
        assertEquals(0.9, weight.at(step(14)));
    }

    @Test
    void schedulesMultiply() {
        assertEquals(6, constant(3).times(2).at(Progress.START));
        assertEquals(1.5, constant(3).times(linear(0, 1, steps(10))).at(step(5)), TINY);
    }

    @Test
    void lengthsAndProgressAreChecked() {
        assertEquals("schedule: a length must be above 0, got 0.0 STEPS",
                assertThrows(IllegalArgumentException.class, () -> steps(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> epochs(-1));
        assertThrows(IllegalArgumentException.class, () -> epochs(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Progress(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> Progress.of(3, 0));
    }
}
