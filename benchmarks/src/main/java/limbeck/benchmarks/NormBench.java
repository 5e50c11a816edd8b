package limbeck.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.LayerNorm;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Threads;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Batch norm in training of images (128, 64, 32, 32) and layer norm of (4096, 512), in calls a second, against plain loops.
 * A {@code Step} is forward and backward of {@code sum(y * g)}, with gradients for input, scale and shift.
 *
 * <pre>
 * HOW TO RUN, from the root of the project:
 *   ./limbeck jmh NormBench
 * One of them on one thread:
 *   ./limbeck jmh 'NormBench.layerNorm.*' -p threads=1
 * Beside libtorch:
 *   ./limbeck bench --peers --only norm
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class NormBench {
    /** Threads of the library's kernels; the plain loops take one. */
    @Param({"1", "2"})
    public int threads;

    /** Chooses the number of threads. */
    @Setup(Level.Trial)
    public void setUp() {
        Threads.use(threads);
    }

    /** Batch norm and what it works on. */
    @State(Scope.Thread)
    public static class Images {
        private static final int N = 128;
        private static final int C = 64;
        private static final int SIDE = 32;

        private BatchNorm2d layer;
        private Variable x;
        private Variable g;
        private float[] image;
        private float[] result;

        /** Makes images with their channels last, as convolution leaves them. */
        @Setup(Level.Trial)
        public void setUp() {
            layer = BatchNorm2d.of(C);
            x = Variable.leaf(Device.cpu().normal(Key.of(1), N, C, SIDE, SIDE).channelsLast());
            g = Variable.of(Device.cpu().normal(Key.of(2), N, C, SIDE, SIDE).channelsLast());
            image = x.tensor().toFloats();
            result = new float[image.length];
        }
    }

    /** Layer norm and what it works on. */
    @State(Scope.Thread)
    public static class Rows {
        private static final int N = 4096;
        private static final int FEATURES = 512;

        private LayerNorm layer;
        private Variable x;
        private Variable g;
        private float[] row;
        private float[] result;

        /** Makes the rows. */
        @Setup(Level.Trial)
        public void setUp() {
            layer = LayerNorm.of(FEATURES);
            x = Variable.leaf(Device.cpu().normal(Key.of(1), N, FEATURES));
            g = Variable.of(Device.cpu().normal(Key.of(2), N, FEATURES));
            row = x.tensor().toFloats();
            result = new float[row.length];
        }
    }

    /**
     * Batch norm by the batch's own statistics.
     *
     * @param images what it works on
     * @return something of the result
     */
    @Benchmark
    public Object batchNorm(Images images) {
        try (var _ = limbeck.tensor.Scope.open()) {
            return limbeck.nn.Mode.train(0, () -> images.layer.apply(images.x)).shape();
        }
    }

    /**
     * Batch norm, forward and backward.
     *
     * @param images what it works on
     * @return something of the gradient
     */
    @Benchmark
    public Object batchNormStep(Images images) {
        return limbeck.nn.Mode.train(0, () -> step(images.layer::apply, images.x, images.g));
    }

    /**
     * The baseline of {@link #batchNorm}: plain Java, in NCHW order.
     *
     * @param images what it works on
     * @return the result
     */
    @Benchmark
    public float[] batchNormLoop(Images images) {
        int plane = Images.SIDE * Images.SIDE;
        for (int c = 0; c < Images.C; c++) {
            float sum = 0;
            float squares = 0;
            for (int n = 0; n < Images.N; n++) {
                int from = (n * Images.C + c) * plane;
                for (int i = from; i < from + plane; i++) {
                    sum += images.image[i];
                    squares += images.image[i] * images.image[i];
                }
            }
            float mean = sum / (Images.N * plane);
            float scale = (float) (1 / Math.sqrt(squares / (Images.N * plane) - mean * mean + 1e-5));
            for (int n = 0; n < Images.N; n++) {
                int from = (n * Images.C + c) * plane;
                for (int i = from; i < from + plane; i++) {
                    images.result[i] = (images.image[i] - mean) * scale;
                }
            }
        }
        return images.result;
    }

    /**
     * Layer norm.
     *
     * @param rows what it works on
     * @return something of the result
     */
    @Benchmark
    public Object layerNorm(Rows rows) {
        try (var _ = limbeck.tensor.Scope.open()) {
            return rows.layer.apply(rows.x).shape();
        }
    }

    /**
     * Layer norm, forward and backward.
     *
     * @param rows what it works on
     * @return something of the gradient
     */
    @Benchmark
    public Object layerNormStep(Rows rows) {
        return step(rows.layer::apply, rows.x, rows.g);
    }

    /**
     * The baseline of {@link #layerNorm}: plain Java.
     *
     * @param rows what it works on
     * @return the result
     */
    @Benchmark
    public float[] layerNormLoop(Rows rows) {
        for (int from = 0; from < rows.row.length; from += Rows.FEATURES) {
            float sum = 0;
            float squares = 0;
            for (int i = from; i < from + Rows.FEATURES; i++) {
                sum += rows.row[i];
                squares += rows.row[i] * rows.row[i];
            }
            float mean = sum / Rows.FEATURES;
            float scale = (float) (1 / Math.sqrt(squares / Rows.FEATURES - mean * mean + 1e-5));
            for (int i = from; i < from + Rows.FEATURES; i++) {
                rows.result[i] = (rows.row[i] - mean) * scale;
            }
        }
        return rows.result;
    }

    /** Forward and backward of {@code sum(f(x) * g)}. */
    static Object step(UnaryOperator<Variable> f, Variable x, Variable g) {
        try (var _ = limbeck.tensor.Scope.open()) {
            var tape = new Tape();
            Variable loss = tape.record(() -> f.apply(x).mul(g).sum());
            return tape.backward(loss).of(x).shape();
        }
    }
}
