package limbeck.benchmarks;

import java.util.List;
import java.util.function.Supplier;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ChannelMoments;
import limbeck.tensor.op.Conv2dInput;
import limbeck.tensor.op.Conv2dWeight;
import limbeck.tensor.op.ConvSpec;

/**
 * What a GPU reaches in single kernels: gigabytes a second where memory decides, teraflops where multiplications do. Not a JMH
 * benchmark, because launching is not running: many launches are queued, and the device is waited for once.
 *
 * <p>HOW TO RUN: {@code benchmarks/gpu-check.sh}, on a machine with a GPU.
 */
public final class GpuRates {
    private static final double NANOS = 1e-9;
    /** How long a measurement queues, at least. */
    private static final double SECONDS = 0.15;

    private final Device gpu;
    private final Tensor one;

    private GpuRates(Device gpu) {
        this.gpu = gpu;
        this.one = gpu.ones(1);
    }

    /**
     * Measures.
     *
     * @param args the device, by default {@code cuda:0}
     */
    public static void main(String[] args) {
        var rates = new GpuRates(Device.of(args.length > 0 ? args[0] : "cuda:0"));
        rates.memory();
        for (Precision precision : Precision.values()) {
            Precision.use(precision);
            rates.products(precision);
            rates.convolutions(precision);
        }
    }

    private void memory() {
        int n = 1 << 26;
        Tensor x = gpu.uniform(Key.of(1), n);
        Tensor y = gpu.uniform(Key.of(2), n);
        bandwidth("copy to another order, 8192 x 8192", 8.0 * n, () -> x.reshape(8192, 8192).t().contiguous());
        bandwidth("x + 1", 8.0 * n, () -> x.add(1));
        bandwidth("x + y", 12.0 * n, () -> x.add(y));
        bandwidth("rows + bias, 65536 x 1024", 8.0 * n, () -> x.reshape(65_536, 1024).add(y.reshape(65_536, 1024).select(0, 0)));
        bandwidth("gelu", 8.0 * n, x::gelu);
        bandwidth("sum of all", 4.0 * n, x::sum);
        bandwidth("sum of rows, 65536 x 1024", 4.0 * n, () -> x.reshape(65_536, 1024).sum(1));
        bandwidth("sum of columns, 65536 x 1024", 4.0 * n, () -> x.reshape(65_536, 1024).sum(0));
        bandwidth("softmax, 65536 x 1024", 8.0 * n, () -> x.reshape(65_536, 1024).softmax(1));
        Tensor images = x.reshape(256, 64, 64, 64).channelsLast();
        bandwidth("channel moments, (256, 64, 64, 64)", 4.0 * n, () -> images.apply(new ChannelMoments(), List.of()));
        bandwidth("max pool 2 x 2, (256, 64, 64, 64)", 5.0 * n, () -> images.maxPool2d(2, 2, 0));
    }

    private void products(Precision precision) {
        for (int size : new int[] {1024, 2048, 4096, 8192}) {
            Tensor a = gpu.normal(Key.of(1), size, size);
            Tensor b = gpu.normal(Key.of(2), size, size);
            arithmetic(precision + " product of " + size, 2.0 * size * size * size, () -> a.matmul(b));
        }
    }

    /** Layers of ResNet-20 at batch 128 and of ResNet-50 at batch 32. */
    private void convolutions(Precision precision) {
        int[][] layers = {{128, 16, 32, 16, 3, 1}, {128, 32, 16, 32, 3, 1}, {128, 64, 8, 64, 3, 1}, {32, 3, 224, 64, 7, 2}, {32, 64, 56, 64, 3, 1},
            {32, 64, 56, 256, 1, 1}, {32, 128, 28, 128, 3, 1}, {32, 256, 14, 256, 3, 1}, {32, 512, 7, 512, 3, 1}};
        for (int[] layer : layers) {
            ConvSpec spec = ConvSpec.DEFAULT.padding(layer[4] / 2).stride(layer[5]);
            Tensor x = gpu.normal(Key.of(1), layer[0], layer[1], layer[2], layer[2]).channelsLast();
            Tensor w = gpu.normal(Key.of(2), layer[3], layer[1], layer[4], layer[4]);
            Shape image = x.shape();
            Tensor g = x.conv2d(w, spec);
            double work = 2.0 * g.shape().size() * layer[1] * layer[4] * layer[4];
            String name = precision + " convolution of " + image + " by " + w.shape() + " stride " + layer[5];
            arithmetic(name, work, () -> x.conv2d(w, spec));
            arithmetic(name + ", image's gradient", work, () -> g.apply(new Conv2dInput(spec, image), List.of(w)));
            arithmetic(name + ", weight's gradient", work, () -> x.apply(new Conv2dWeight(spec, w.shape()), List.of(g)));
        }
    }

    private void bandwidth(String name, double bytes, Supplier<Tensor> work) {
        System.out.printf("%-90s %9.0f GB/s%n", name, bytes / seconds(work) * 1e-9);
    }

    private void arithmetic(String name, double flops, Supplier<Tensor> work) {
        System.out.printf("%-90s %9.1f TFLOP/s%n", name, flops / seconds(work) * 1e-12);
    }

    /** Of one launch, the best of three series. */
    private double seconds(Supplier<Tensor> work) {
        series(work, 3);
        double guess = Math.max(series(work, 3), 1e-7);
        int count = (int) Math.clamp(SECONDS / guess, 3, 20_000);
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            best = Math.min(best, series(work, count));
        }
        return best;
    }

    private double series(Supplier<Tensor> work, int count) {
        one.toFloats();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            try (var _ = Scope.open("measured")) {
                work.get();
            }
        }
        // Work is done in its order: who reads has waited for all of it.
        one.toFloats();
        return (System.nanoTime() - start) * NANOS / count;
    }
}
