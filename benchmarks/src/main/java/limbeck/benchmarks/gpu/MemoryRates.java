package limbeck.benchmarks.gpu;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.BatchNorm;
import limbeck.tensor.op.BatchNormInput;
import limbeck.tensor.op.BatchNormSums;
import limbeck.tensor.op.ChannelMoments;

/**
 * Kernels that memory decides, in bytes a second, beside a copy of the driver's. Bytes are those that cannot be avoided: each operand is
 * read once for each pass over it, and each result written once.
 */
final class MemoryRates {
    private static final double EPSILON = 1e-5;

    private final Ours ours;
    private final Figures figures;
    private final int rows;
    private final int columns;
    /** Of the copy; 0 if there is none to compare with. */
    private final double copy;

    private MemoryRates(Ours ours, Figures figures, boolean quick, Optional<Rival.Copies> rival) {
        this.ours = ours;
        this.figures = figures;
        // Several times the second-level cache of any GPU.
        this.rows = quick ? 64 : 65_536;
        this.columns = quick ? 64 : 1024;
        long bytes = 4L * rows * columns;
        this.copy = rival.map(copies -> 2.0 * bytes / ours.time(copies.copy(bytes, Agreement.numbers(1024, 0)))).orElse(0.0);
    }

    /** Measures all. */
    static void measure(Ours ours, Figures figures, boolean quick) {
        Optional<Rival.Copies> rival = Rival.find(Rival.Copies.class, "DriverCopy", figures);
        new MemoryRates(ours, figures, quick, rival).all();
    }

    private void all() {
        int n = rows * columns;
        Tensor x = ours.gpu().uniform(Key.of(1), n);
        Tensor y = ours.gpu().uniform(Key.of(2), n);
        Tensor matrix = x.reshape(rows, columns);
        Tensor row = y.reshape(rows, columns).select(0, 0);
        rate("elementwise x + 1", 8.0 * n, () -> x.add(1));
        rate("elementwise x + y", 12.0 * n, () -> x.add(y));
        rate("elementwise relu", 8.0 * n, x::relu);
        rate("elementwise rows + bias", 8.0 * n, () -> matrix.add(row));
        rate("gelu", 8.0 * n, x::gelu);
        rate("copy to the transposed order", 8.0 * n, () -> matrix.t().contiguous());
        rate("sum of all", 4.0 * n, x::sum);
        rate("sum of rows", 4.0 * n, () -> matrix.sum(1));
        rate("sum of columns", 4.0 * n, () -> matrix.sum(0));
        rate("softmax of rows", 8.0 * n, () -> matrix.softmax(1));
        images(x, y);
    }

    private void images(Tensor x, Tensor y) {
        int channels = 64;
        int side = 8;
        int n = x.shape().intSize();
        int batch = n / (channels * side * side);
        Tensor images = x.reshape(batch, channels, side, side).channelsLast();
        Tensor g = y.reshape(batch, channels, side, side).channelsLast();
        Tensor weight = ours.gpu().ones(channels);
        Tensor bias = ours.gpu().uniform(Key.of(3), channels);
        Tensor moments = images.apply(new ChannelMoments(), List.of());
        rate("max pool 2 x 2", 5.0 * n, () -> images.maxPool2d(2, 2, 0));
        rate("batch norm, statistics", 4.0 * n, () -> images.apply(new ChannelMoments(), List.of()));
        rate("batch norm, forward", 12.0 * n, () -> images.apply(new BatchNorm(EPSILON, true),
                List.of(weight, bias, images.apply(new ChannelMoments(), List.of()))));
        rate("batch norm, backward", 20.0 * n, () -> {
            Tensor sums = images.apply(new BatchNormSums(EPSILON, true), List.of(weight, bias, moments, g));
            return images.apply(new BatchNormInput(EPSILON, true), List.of(weight, bias, moments, g, sums));
        });
    }

    private void rate(String name, double bytes, Supplier<Tensor> work) {
        figures.attempt(name, () -> {
            figures.add(new Figure(name, Figure.OURS, bytes / ours.time(work) * 1e-9, "GB/s"));
            if (copy > 0) {
                figures.add(new Figure(name, "copy", copy * 1e-9, "GB/s"));
            }
        });
    }
}
