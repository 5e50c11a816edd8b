package limbeck.distill.experiment;

import java.util.Arrays;
import limbeck.autograd.Variable;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;

/** Measures how fast a model answers. */
public final class Stopwatch {
    private static final long WARM_UP_NANOS = 300_000_000;
    private static final long MEASURE_NANOS = 500_000_000;

    private Stopwatch() {
    }

    /**
     * The median time of a forward pass, after a warm-up.
     *
     * @param model the model
     * @param device where it is
     * @param example the shape of one example
     * @param batch how many examples at once
     * @return seconds
     */
    public static double forwardSeconds(Module model, Device device, Shape example, int batch) {
        Tensor inputs = Scope.detach(device.normal(Key.of(1), 0, 1, example.prepend(batch)));
        var times = new double[10_000];
        run(model, inputs, new double[times.length], WARM_UP_NANOS);
        int count = run(model, inputs, times, MEASURE_NANOS);
        Arrays.sort(times, 0, count);
        return times[count / 2];
    }

    private static int run(Module model, Tensor inputs, double[] times, long nanos) {
        long end = System.nanoTime() + nanos;
        int count = 0;
        for (long now = System.nanoTime(); count < times.length && (now < end || count < 3); count++) {
            try (var _ = Scope.open("timing")) {
                Mode.evaluate(() -> model.apply(Variable.of(inputs))).tensor().toFloats();
            }
            long then = System.nanoTime();
            times[count] = (then - now) * 1e-9;
            now = then;
        }
        return count;
    }
}
