package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The optimizers' rules: a few steps by hand on the reference, and every backend against it. */
final class UpdateTest {
    private static final List<Update> RULES = List.of(
            new Update.Sgd(0.1, 0, false, 0),
            new Update.Sgd(0.1, 0, false, 0.01),
            new Update.Sgd(0.1, 0.9, false, 0),
            new Update.Sgd(0.1, 0.9, false, 0.01),
            new Update.Sgd(0.1, 0.9, true, 0.01),
            new Update.Adam(0.01, 0.9, 0.999, 1e-8, 0, false, 1),
            new Update.Adam(0.01, 0.9, 0.999, 1e-8, 0.1, false, 7),
            new Update.Adam(0.01, 0.9, 0.999, 1e-8, 0.1, true, 1000),
            new Update.Average(0.999), new Update.Average(0.9, 1.25));

    private static Tensor row(Device device, double... values) {
        return device.tensor(values, Shape.of(values.length));
    }

    @Test
    void everyRuleIsTried() {
        Set<Class<?>> tried = new HashSet<>();
        RULES.forEach(rule -> tried.add(rule.getClass()));
        assertEquals(Set.of(Update.class.getPermittedSubclasses()), tried);
    }

    @Test
    void sgdWithMomentumByHand() {
        Tensor p = row(Device.reference(), 1, -2);
        Tensor g = row(Device.reference(), 10, 20);
        Tensor v = row(Device.reference(), 0, 0);
        var rule = new Update.Sgd(0.1, 0.5, false, 0);
        InPlace.update(rule, p, g, List.of(v));
        assertArrayEquals(new double[] {0, -4}, p.toDoubles(), 1e-12);
        InPlace.update(rule, p, g, List.of(v));
        assertArrayEquals(new double[] {-1.5, -7}, p.toDoubles(), 1e-12);
        assertArrayEquals(new double[] {15, 30}, v.toDoubles(), 1e-12);
    }

    @Test
    void nesterovAndWeightDecayByHand() {
        Tensor p = row(Device.reference(), 1);
        Tensor v = row(Device.reference(), 2);
        // g = 3 + 0.5 * 1 = 3.5, v = 0.5 * 2 + 3.5 = 4.5, p = 1 - 0.1 * (3.5 + 0.5 * 4.5).
        InPlace.update(new Update.Sgd(0.1, 0.5, true, 0.5), p, row(Device.reference(), 3), List.of(v));
        assertEquals(0.425, p.item(), 1e-12);
        assertEquals(4.5, v.item(), 1e-12);
    }

    /** The first step of Adam is the learning rate in the direction of the sign, whatever the gradient's size. */
    @Test
    void theFirstStepOfAdamByHand() {
        Tensor p = row(Device.reference(), 1, 1);
        Tensor m = row(Device.reference(), 0, 0);
        Tensor v = row(Device.reference(), 0, 0);
        InPlace.update(new Update.Adam(0.1, 0.9, 0.99, 0, 0, false, 1), p, row(Device.reference(), 1e-3, -50), List.of(m, v));
        assertArrayEquals(new double[] {0.9, 1.1}, p.toDoubles(), 1e-12);
        assertArrayEquals(new double[] {1e-4, -5}, m.toDoubles(), 1e-12);
        assertArrayEquals(new double[] {1e-8, 25}, v.toDoubles(), 1e-9);
    }

    @Test
    void decoupledDecayShrinksTheParameterAlone() {
        Tensor p = row(Device.reference(), 2);
        Tensor m = row(Device.reference(), 0);
        Tensor v = row(Device.reference(), 0);
        InPlace.update(new Update.Adam(0.1, 0.9, 0.99, 0, 0.5, true, 1), p, row(Device.reference(), 4), List.of(m, v));
        assertEquals(2 - 0.1 * 0.5 * 2 - 0.1, p.item(), 1e-12);
        assertEquals(0.4, m.item(), 1e-12);
    }

    @Test
    void averageByHand() {
        Tensor p = row(Device.reference(), 1, 10);
        InPlace.update(new Update.Average(0.75), p, row(Device.reference(), 5, 10), List.of());
        assertArrayEquals(new double[] {2, 10}, p.toDoubles(), 1e-12);
        InPlace.update(new Update.Average(0.75, 2), p, row(Device.reference(), 5, 10), List.of());
        assertArrayEquals(new double[] {4, 12.5}, p.toDoubles(), 1e-12);
    }

    @Test
    void misfitsAreRefused() {
        Tensor p = row(Device.reference(), 1, 2);
        var error = assertThrows(IllegalArgumentException.class, () ->
                InPlace.update(new Update.Sgd(0.1, 0.9, false, 0), p, row(Device.reference(), 1), List.of()));
        assertEquals("update: got 0 running values where the rule keeps 1", error.getMessage());
        error = assertThrows(IllegalArgumentException.class, () ->
                InPlace.update(new Update.Sgd(0.1, 0, false, 0), p, row(Device.reference(), 1), List.of()));
        assertEquals("update: the target is (2) on reference, the gradient (1) on reference; both must have one shape and one device",
                error.getMessage());
        error = assertThrows(IllegalArgumentException.class, () ->
                InPlace.update(new Update.Sgd(0.1, 0.9, false, 0), p, p, List.of(row(Device.cpu(), 1, 2))));
        assertEquals("update: the target is (2) on reference, the running value (2) on cpu; both must have one shape and one device",
                error.getMessage());
    }

    /** Tensors of many sizes, each by a rule of its own, change as they do one by one: to the bit. */
    @Test
    void manyAtOnceChangeAsTheyDoAlone() {
        for (Device device : List.of(Device.cpu(), Device.reference())) {
            List<Update.Change<Tensor>> alone = changes(device);
            alone.forEach(change -> InPlace.update(List.of(change)));
            List<Update.Change<Tensor>> together = changes(device);
            InPlace.update(together);
            for (int i = 0; i < alone.size(); i++) {
                String what = alone.get(i).rule() + " on " + device;
                assertArrayEquals(alone.get(i).target().toFloats(), together.get(i).target().toFloats(), what);
                for (int k = 0; k < alone.get(i).state().size(); k++) {
                    assertArrayEquals(alone.get(i).state().get(k).toFloats(), together.get(i).state().get(k).toFloats(), what);
                }
            }
        }
    }

    @Test
    void aMisfitAmongManyLeavesAllAsTheyAre() {
        Tensor p = row(Device.cpu(), 1, 2);
        var fits = new Update.Change<>(new Update.Average(0.5), p, row(Device.cpu(), 3, 4), List.<Tensor>of());
        var misfit = new Update.Change<>(new Update.Average(0.5), row(Device.cpu(), 1), row(Device.cpu(), 3, 4), List.<Tensor>of());
        assertThrows(IllegalArgumentException.class, () -> InPlace.update(List.of(fits, misfit)));
        assertArrayEquals(new double[] {1, 2}, p.toDoubles());
    }

    @Test
    void nothingToChangeIsNoError() {
        InPlace.update(List.of());
    }

    /** Each rule on tensors of several sizes, which together are cut at other places than each alone. */
    private static List<Update.Change<Tensor>> changes(Device device) {
        var changes = new ArrayList<Update.Change<Tensor>>();
        for (Update rule : RULES) {
            for (Shape shape : List.of(Shape.of(0), Shape.of(1), Shape.of(33, 1031), Shape.of(5), Shape.of(3, 17), Shape.of(70_001))) {
                Key key = Key.of(OpTable.SEED).split(changes.size());
                List<Tensor> state = IntStream.range(0, rule.states()).mapToObj(i -> normal(device, key.split(i), shape).square()).toList();
                DType type = changes.size() % 7 == 3 ? DType.BF16 : device.defaultFloat();
                changes.add(new Update.Change<>(rule, normal(device, key.split("target"), shape).cast(type),
                        normal(device, key.split("gradient"), shape), state));
            }
        }
        return changes;
    }

    @Test
    void whatIsChangedLiesAloneInItsMemory() {
        for (Device device : List.of(Device.cpu(), Device.reference())) {
            Tensor whole = row(device, 1, 2, 3, 4);
            assertSame(whole, InPlace.own(whole));
            Tensor half = InPlace.own(whole.slice(0, 0, 2));
            InPlace.update(new Update.Average(0), half, row(device, 8, 9), List.of());
            assertArrayEquals(new double[] {8, 9}, half.toDoubles());
            assertArrayEquals(new double[] {1, 2, 3, 4}, whole.toDoubles());
        }
    }

    @TestFactory
    Stream<DynamicTest> cpuAgreesWithTheReference() {
        return RULES.stream().flatMap(rule -> Stream.of(Shape.of(0), Shape.of(1), Shape.of(3, 17), Shape.of(4098), Shape.of(3, 5, 7, 9))
                .map(shape -> DynamicTest.dynamicTest(rule + " " + shape, () -> compare(Device.cpu(), rule, shape))));
    }

    /** Three steps, the gradient in three layouts, the target in the order that weights of a convolution have. */
    private static void compare(Device device, Update rule, Shape shape) {
        List<double[]> expected = steps(Device.reference(), rule, shape);
        List<double[]> actual = steps(device, rule, shape);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), 3e-6, (i == 0 ? "target" : "state " + i) + ", seed " + OpTable.SEED);
        }
    }

    private static List<double[]> steps(Device device, Update rule, Shape shape) {
        Key key = Key.of(OpTable.SEED);
        Tensor target = normal(device, key.split("target"), shape);
        target = shape.rank() == 4 ? target.channelsLast() : target;
        var state = new ArrayList<Tensor>();
        for (int i = 0; i < rule.states(); i++) {
            state.add(target.mul(0));
        }
        Tensor gradient = normal(device, key.split("gradient"), shape);
        int[] backwards = new int[shape.rank()];
        Arrays.setAll(backwards, i -> shape.rank() - 1 - i);
        for (Tensor each : List.of(gradient, gradient.permute(backwards).contiguous().permute(backwards),
                device.scalar(0.5).expand(shape))) {
            InPlace.update(rule, target, each, state);
        }
        var results = new ArrayList<>(List.of(target.toDoubles()));
        state.forEach(s -> results.add(s.toDoubles()));
        return results;
    }

    private static Tensor normal(Device device, Key key, Shape shape) {
        return device.tensor(Domain.NORMAL.source().values(key, shape.intSize()), shape);
    }
}
