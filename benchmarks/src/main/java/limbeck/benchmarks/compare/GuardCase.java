package limbeck.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.nn.BatchNorm2d;
import limbeck.nn.Losses;
import limbeck.nn.Mode;
import limbeck.nn.Module;
import limbeck.nn.models.Models;
import limbeck.nn.optim.Progress;
import limbeck.nn.optim.Schedule;
import limbeck.nn.optim.Sgd;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.ConvSpec;

/** What the guard watches over, each on one thread beside the yardstick that asks the same of the machine. */
enum GuardCase {
    /** A product. */
    GEMM("gemm 512x512x512", Yardstick::fma) {
        @Override
        Runnable work() {
            Tensor left = Device.cpu().normal(Key.of(1), 512, 512);
            Tensor right = Device.cpu().normal(Key.of(2), 512, 512);
            return () -> left.matmul(right);
        }
    },
    /** A convolution as in the middle of ResNet-20. */
    CONVOLUTION("conv 3x3 32x16x16 -> 32, batch 128", Yardstick::fma) {
        @Override
        Runnable work() {
            Tensor image = Device.cpu().normal(Key.of(1), 128, 32, 16, 16).channelsLast();
            Tensor weight = Device.cpu().normal(Key.of(2), 32, 32, 3, 3);
            return () -> image.conv2d(weight, ConvSpec.DEFAULT.padding(1));
        }
    },
    /** An elementwise op on more than the caches hold. */
    ELEMENTWISE("relu 8M", Yardstick::copy) {
        @Override
        Runnable work() {
            Tensor x = Device.cpu().normal(Key.of(1), 8 << 20);
            return x::relu;
        }
    },
    /** Elementwise mathematics. */
    EXP("exp 64K", Yardstick::fma) {
        @Override
        Runnable work() {
            Tensor x = Device.cpu().normal(Key.of(1), 64 << 10);
            return x::exp;
        }
    },
    /** Statistics and scaling of images. */
    BATCH_NORM("batch norm 128x16x32x32, forward and backward", Yardstick::copy) {
        @Override
        Runnable work() {
            BatchNorm2d layer = BatchNorm2d.of(16);
            Variable x = Variable.leaf(Device.cpu().normal(Key.of(1), 128, 16, 32, 32).channelsLast());
            Variable g = Variable.of(Device.cpu().normal(Key.of(2), 128, 16, 32, 32).channelsLast());
            return () -> {
                var tape = new Tape();
                tape.backward(tape.record(() -> Mode.train(0, () -> layer.apply(x).mul(g).sum())));
            };
        }
    },
    /** A step of a perceptron. */
    MLP_STEP("train step mlp-1200-1200", Yardstick::fma) {
        @Override
        Runnable work() {
            return step("mlp-1200-1200", Shape.of(1, 28, 28));
        }
    },
    /** A step of a convolutional network with batch norm. */
    CNN_STEP("train step resnet8", Yardstick::fma) {
        @Override
        Runnable work() {
            return step("resnet8", Shape.of(3, 32, 32));
        }
    };

    private static final int BATCH = 128;
    private static final int ROUNDS = 15;
    private static final long WARM_NANOS = 2_500_000_000L;
    private static final long ROUND_NANOS = 40_000_000;

    private final String title;
    private final Supplier<Yardstick> yardstick;

    GuardCase(String title, Supplier<Yardstick> yardstick) {
        this.title = title;
        this.yardstick = yardstick;
    }

    /** What the guard calls it. */
    String title() {
        return title;
    }

    /** Makes the operands and says what to do with them. */
    abstract Runnable work();

    /** How many times a second the work is done, over how many times the yardstick is: case and yardstick by turns. */
    double measure() {
        Threads.use(1);
        Runnable work = work();
        Runnable scoped = () -> {
            try (var _ = Scope.open("guard")) {
                work.run();
            }
        };
        Yardstick kernel = yardstick.get();
        var sink = new double[1];
        Runnable yard = () -> sink[0] += kernel.run();
        seconds(scoped, WARM_NANOS);
        seconds(yard, WARM_NANOS / 4);
        var ratios = new double[ROUNDS];
        double before = seconds(yard, ROUND_NANOS);
        for (int round = 0; round < ROUNDS; round++) {
            double ours = seconds(scoped, ROUND_NANOS);
            double after = seconds(yard, ROUND_NANOS);
            ratios[round] = (before + after) / 2 / ours;
            before = after;
        }
        if (!Double.isFinite(sink[0])) {
            throw new IllegalStateException("guard: the yardstick overflows");
        }
        return Statistics.median(ratios);
    }

    /** The seconds that one run takes, on average over about a time. */
    private static double seconds(Runnable work, long nanos) {
        long start = System.nanoTime();
        long now = start;
        int runs = 0;
        while (now - start < nanos) {
            work.run();
            runs++;
            now = System.nanoTime();
        }
        return (now - start) * 1e-9 / runs;
    }

    private static Runnable step(String name, Shape example) {
        Module model = Models.build(name, example, 10, Key.of(1));
        var optimizer = Sgd.of(List.copyOf(model.parameters().values()), Schedule.constant(1e-3), 0.9, 0);
        Variable images = Variable.of(Device.cpu().normal(Key.of(2), example.prepend(BATCH).dims()));
        Tensor labels = Device.cpu().tensor(IntStream.range(0, BATCH).map(i -> i % 10).toArray(), BATCH);
        return () -> {
            var tape = new Tape();
            Variable loss = tape.record(() -> Mode.train(0, () -> Losses.crossEntropy(model.apply(images), labels)));
            optimizer.step(tape.backward(loss), Progress.START);
        };
    }

    /**
     * Measures one case and prints its ratio: what {@link Guard} starts in a JVM of its own.
     *
     * @param args the name of the constant
     */
    public static void main(String[] args) {
        System.out.println(String.format(Locale.ROOT, "%.8g", valueOf(args[0]).measure()));
    }
}
