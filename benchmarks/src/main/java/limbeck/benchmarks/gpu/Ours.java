package limbeck.benchmarks.gpu;

import java.util.function.Supplier;
import limbeck.tensor.Device;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;

/**
 * Our own side of a measurement.
 *
 * @param gpu the device
 * @param watch how long things are measured
 * @param last something on the device: who reads it has waited for all that was launched before
 */
record Ours(Device gpu, Stopwatch watch, Tensor last) {
    static Ours on(Device gpu, Stopwatch watch) {
        return new Ours(gpu, watch, gpu.ones(1));
    }

    /** Seconds that some work takes, when the device has enough to do. */
    double time(Supplier<?> work) {
        return watch.time(() -> {
            try (var _ = Scope.open("measured")) {
                work.get();
            }
        }, last::toFloats);
    }

    /** Seconds that a rival's work takes; gives its memory back. */
    double time(Work work) {
        try (work) {
            return watch.time(work::launch, work::await);
        }
    }
}
