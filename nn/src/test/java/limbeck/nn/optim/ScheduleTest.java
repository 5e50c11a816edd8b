package limbeck.nn.optim;

import static limbeck.nn.optim.Schedule.constant;
import static limbeck.nn.optim.Schedule.cosine;
import static limbeck.nn.optim.Schedule.epochs;
import static limbeck.nn.optim.Schedule.linear;
import static limbeck.nn.optim.Schedule.steps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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

    /** "10 until epoch 5, 5 until 15, then 3", at each step of the epochs around the points. */
    @Test
    void numbersHoldUntilTheirPoints() {
        Schedule stairs = Schedule.stairs(10).until(epochs(5)).then(5).until(epochs(15)).then(3);
        for (long i = 0; i < 7 * 20; i++) {
            assertEquals(i < 35 ? 10 : i < 105 ? 5 : 3, stairs.at(step(i)), "step " + i);
        }
        assertEquals(10, stairs.at(new Progress(0, 4)));
        assertEquals(10, stairs.at(new Progress(0, 4.999)));
        assertEquals(5, stairs.at(new Progress(0, 5)));
        assertEquals(2, Schedule.stairs(2).at(step(1000)));
        Schedule mixed = Schedule.stairs(1).until(steps(3)).then(2).until(epochs(1)).then(4);
        assertEquals(List.of(1.0, 2.0, 2.0, 4.0), List.of(mixed.at(step(2)), mixed.at(step(3)), mixed.at(step(6)), mixed.at(step(7))));
        assertEquals("schedule: stairs end one after the other, got 5 epochs and then 5 epochs; put them in order",
                assertThrows(IllegalArgumentException.class, () -> Schedule.stairs(1).until(epochs(5)).then(2).until(epochs(5))).getMessage());
    }

    /** {@code tau * rate^(epoch / 5)}, at least 0.1: the exponent is not rounded to whole epochs. */
    @Test
    void anExponentialDecaysSteadilyToItsFloor() {
        Schedule tau = Schedule.exponential(4, 0.5, epochs(5), 0.1);
        assertEquals(4, tau.at(Progress.START));
        assertEquals(4 * Math.pow(0.5, 4 / 5.0), tau.at(new Progress(0, 4)));
        assertEquals(2, tau.at(new Progress(0, 5)));
        assertEquals(4 * Math.pow(0.5, 1.3 / 5), tau.at(new Progress(0, 1.3)));
        // 4 * 0.5^(e / 5) = 0.1 at e = 5 * log2(40) = 26.6...
        assertEquals(4 * Math.pow(0.5, 26.6 / 5), tau.at(new Progress(0, 26.6)));
        assertTrue(tau.at(new Progress(0, 26.6)) > 0.1);
        assertEquals(0.1, tau.at(new Progress(0, 26.7)));
        assertEquals(0.1, tau.at(new Progress(0, 1e6)));
        assertEquals(4 * Math.pow(0.5, 26.7 / 5), Schedule.exponential(4, 0.5, epochs(5)).at(new Progress(0, 26.7)));
        assertEquals(1, Schedule.exponential(4, 0.5, steps(10)).at(step(20)));
        assertThrows(IllegalArgumentException.class, () -> Schedule.exponential(4, 0, epochs(5)));
    }

    @Test
    void aPolynomialOfPowerOneIsALine() {
        for (long i = 0; i < 12; i++) {
            assertEquals(linear(8, 2, steps(6)).at(step(i)), Schedule.polynomial(8, 2, 1, steps(6)).at(step(i)), TINY);
        }
        Schedule square = Schedule.polynomial(1, 0.2, 2, epochs(10));
        assertEquals(1, square.at(Progress.START));
        assertEquals(0.2 + 0.8 * 0.6 * 0.6, square.at(new Progress(0, 4)), TINY);
        assertEquals(0.2 + 0.8 * 0.5 * 0.5, square.at(new Progress(0, 5)), TINY);
        assertEquals(0.2, square.at(new Progress(0, 10)));
        assertEquals(0.2, square.at(new Progress(0, 11)));
        assertThrows(IllegalArgumentException.class, () -> Schedule.polynomial(1, 0, 0, epochs(1)));
    }

    /** Waves of 10, 20, 40 steps: restarts at 10, 30, 70. */
    @Test
    void wavesStartAnewAndGrow() {
        Schedule waves = Schedule.restarts(1, 0.1, steps(10), 2);
        for (long start : new long[] {0, 10, 30, 70}) {
            assertEquals(1, waves.at(step(start)), "step " + start);
        }
        assertEquals(0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * 0.9)), waves.at(step(9)), TINY);
        assertEquals(0.55, waves.at(step(5)), TINY);
        assertEquals(0.55, waves.at(step(20)), TINY);
        assertEquals(0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * 19 / 20)), waves.at(step(29)), TINY);
        assertEquals(0.55, waves.at(step(50)), TINY);
        Schedule equal = Schedule.restarts(1, 0, epochs(2), 1);
        for (long i = 0; i < 7 * 30; i++) {
            assertEquals(0.5 * (1 + Math.cos(Math.PI * (i % 14) / 14)), equal.at(step(i)), 1e-10, "step " + i);
        }
        // 1.5 is exact in binary, the epochs of seven steps are not: 2 + 3 + 4.5 = 9.5.
        assertEquals(1, Schedule.restarts(1, 0, epochs(2), 1.5).at(new Progress(0, 5)));
        assertEquals(1, Schedule.restarts(1, 0, epochs(2), 1.5).at(new Progress(0, 9.5)));
        assertThrows(IllegalArgumentException.class, () -> Schedule.restarts(1, 0, epochs(2), 0.5));
    }

    @Test
    void oneCycleGoesUpOnceAndDownOnce() {
        Schedule cycle = Schedule.oneCycle(0.1, 1, 0.01, 0.25, steps(100));
        assertEquals(0.1, cycle.at(step(0)), TINY);
        assertEquals(1 + (0.1 - 1) * 0.5 * (1 + Math.cos(Math.PI * 24 / 25)), cycle.at(step(24)), TINY);
        assertEquals(1, cycle.at(step(25)), TINY);
        assertEquals(0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * 1 / 75)), cycle.at(step(26)), TINY);
        assertEquals(0.01, cycle.at(step(100)), TINY);
        assertEquals(0.01, cycle.at(step(500)), TINY);
        Schedule usual = Schedule.oneCycle(1, epochs(10));
        assertEquals(0.04, usual.at(Progress.START), TINY);
        assertEquals(1, usual.at(new Progress(0, 3)), TINY);
        assertEquals(4e-6, usual.at(new Progress(0, 10)), TINY);
        assertThrows(IllegalArgumentException.class, () -> Schedule.oneCycle(0.1, 1, 0, 1, epochs(1)));
    }

    @Test
    void aScheduleIsRepeated() {
        Schedule saw = linear(1, 0, steps(4)).repeated(steps(4));
        for (long i = 0; i < 100; i++) {
            assertEquals(1 - i % 4 / 4.0, saw.at(step(i)), TINY, "step " + i);
        }
        Schedule byEpoch = linear(1, 0, epochs(2)).repeated(epochs(2));
        for (long i = 0; i < 7 * 40; i++) {
            assertEquals(1 - i % 14 / 14.0, byEpoch.at(step(i)), 1e-10, "step " + i);
        }
        // A line by steps, repeated by epochs of seven steps.
        Schedule mixed = linear(0, 6, steps(6)).repeated(epochs(1));
        for (long i = 0; i < 7 * 40; i++) {
            assertEquals(i % 7, mixed.at(step(i)), 1e-9, "step " + i);
        }
    }

    @Test
    void boundsCut() {
        Schedule line = linear(10, 0, steps(10));
        assertEquals(List.of(3.0, 3.0, 4.0), List.of(line.atLeast(3).at(step(8)), line.atLeast(3).at(step(7)), line.atLeast(3).at(step(6))));
        assertEquals(List.of(8.0, 8.0, 7.0), List.of(line.atMost(8).at(step(0)), line.atMost(8).at(step(2)), line.atMost(8).at(step(3))));
    }

    @Test
    void lengthsAndProgressAreChecked() {
        assertEquals("schedule: a length must be above 0, got 0 steps",
                assertThrows(IllegalArgumentException.class, () -> steps(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> epochs(-1));
        assertThrows(IllegalArgumentException.class, () -> epochs(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Progress(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> Progress.of(3, 0));
    }
}
