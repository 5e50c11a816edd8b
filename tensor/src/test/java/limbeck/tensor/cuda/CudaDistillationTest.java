package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.SoftDivergence;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many ops behind one another: a perceptron distilled into a smaller one, its gradients written out by hand. */
@Tag("cuda-emulated")
final class CudaDistillationTest {
    private static final int STEPS = 40;
    private static final int BATCH = 32;
    private static final int INPUTS = 20;
    private static final int CLASSES = 10;
    private static final double TEMPERATURE = 4;

    @Test
    void lossesAreThoseOfTheCpu() {
        Precision before = Precision.current();
        try {
            for (Precision precision : List.of(Precision.STRICT, Precision.FP32)) {
                Precision.use(precision);
                double[] expected = losses(Device.cpu());
                assertTrue(expected[STEPS - 1] < 0.3 * expected[0], "the student learns: " + expected[0] + " to " + expected[STEPS - 1]);
                // Rounding errors grow from step to step.
                assertArrayEquals(expected, losses(Emulator.device()), 1e-4 * expected[0], precision.toString());
            }
        } finally {
            Precision.use(before);
        }
    }

    @Test
    void aSecondRunGivesTheSameBits() {
        assertArrayEquals(losses(Emulator.device()), losses(Emulator.device()));
    }

    private static double[] losses(Device device) {
        Key key = Key.of(11);
        var linear = new Linear(false);
        var hidden = new Linear(true);
        double[] losses = new double[STEPS];
        try (var _ = Scope.open("run")) {
            Tensor teacher1 = device.normal(key.split("t1"), 0, 0.3, Shape.of(64, INPUTS));
            Tensor teacher2 = device.normal(key.split("t2"), 0, 0.5, Shape.of(CLASSES, 64));
            List<Tensor> weights = List.of(InPlace.own(device.normal(key.split("s1"), 0, 0.2, Shape.of(16, INPUTS))),
                    InPlace.own(device.zeros(16)), InPlace.own(device.normal(key.split("s2"), 0, 0.2, Shape.of(CLASSES, 16))),
                    InPlace.own(device.zeros(CLASSES)));
            List<List<Tensor>> moments = weights.stream().map(w -> List.of(InPlace.own(device.full(0, w.shape())),
                    InPlace.own(device.full(0, w.shape())))).toList();
            for (int step = 0; step < STEPS; step++) {
                try (var _ = Scope.open("step")) {
                    Tensor x = device.normal(key.split("data").split(step % 4), BATCH, INPUTS);
                    Tensor wanted = x.apply(hidden, List.of(teacher1, device.zeros(64))).apply(linear, List.of(teacher2, device.zeros(CLASSES)));
                    Tensor h = x.apply(hidden, List.of(weights.get(0), weights.get(1)));
                    Tensor logits = h.apply(linear, List.of(weights.get(2), weights.get(3)));
                    Tensor both = logits.apply(new SoftDivergence(TEMPERATURE), List.of(wanted));
                    Tensor g = both.slice(0, 0, BATCH * CLASSES).reshape(BATCH, CLASSES).mul(1.0 / BATCH);
                    losses[step] = both.slice(0, BATCH * CLASSES, BATCH * CLASSES + BATCH).mean().item();
                    Tensor gh = h.gate(g.matmul(weights.get(2)));
                    List<Tensor> gradients = List.of(gh.t().matmul(x), gh.sum(0), g.t().matmul(h), g.sum(0));
                    var rule = new Update.Adam(2e-2, 0.9, 0.999, 1e-8, 0, true, step + 1);
                    InPlace.update(IntStream.range(0, 4).mapToObj(i ->
                            new Update.Change<>(rule, weights.get(i), gradients.get(i), moments.get(i))).toList());
                }
            }
        }
        return losses;
    }
}
