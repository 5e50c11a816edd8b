package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.Threads;
import limbeck.tensor.op.AvgPool2dInput;
import limbeck.tensor.op.Dropout;
import limbeck.tensor.op.MaxPool2dScatter;
import limbeck.tensor.op.ScatterAdd;
import limbeck.tensor.op.Update;
import limbeck.tensor.op.Window;
import limbeck.tensor.spi.InPlace;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The same bits for one, two and three threads. */
final class CpuDeterminismTest {
    private static final Device CPU = Device.cpu();

    @TestFactory
    Stream<DynamicTest> anyNumberOfThreads() {
        Tensor images = CPU.normal(Key.of(1), 9, 20, 33, 31).channelsLast();
        Tensor flat = CPU.normal(Key.of(2), 300_001);
        Tensor matrix = CPU.normal(Key.of(3), 1000, 257);
        Tensor tall = CPU.normal(Key.of(4), 40_000, 7);
        int[] rows = IntStream.range(0, 1000).map(i -> i * 37 % 11).toArray();
        Tensor index = CPU.tensor(rows, 1000, 1);
        var window = new Window.Sliding(3, 2, 1);
        return Stream.of(
                test("sum of all", flat::sum), test("sum of rows", () -> matrix.sum(1)), test("sum of columns", () -> matrix.sum(0)),
                test("sum of tall columns", () -> tall.sum(0)), test("sum of channels", () -> images.sum(0, 2, 3)),
                test("sum of channels, row-major", () -> images.contiguous().sum(0, 2, 3)), test("softmax", () -> matrix.softmax(1)),
                test("gelu", flat::gelu), test("bias", () -> images.mul(CPU.normal(Key.of(5), 1, 20, 1, 1))),
                test("random", () -> CPU.normal(Key.of(6), 100_003)), test("transpose", () -> matrix.t().contiguous()),
                test("dropout", () -> flat.apply(new Dropout(0.7, Key.of(7)), List.of())),
                test("max pool", () -> images.maxPool2d(3, 2, 1)),
                test("max pool backward", () -> images.apply(new MaxPool2dScatter(window, window), List.of(images.maxPool2d(3, 2, 1)))),
                test("average pool backward", () -> images.maxPool2d(3, 2, 1).apply(new AvgPool2dInput(window, window, images.shape()), List.of())),
                test("scatter", () -> matrix.apply(new ScatterAdd(0, 11), List.of(index))),
                test("adam", () -> {
                    Tensor p = flat.add(1);
                    List<Tensor> state = List.of(flat.mul(0.1), flat.square());
                    InPlace.update(new Update.Adam(1e-3, 0.9, 0.999, 1e-8, 0.01, true, 3), p, flat, state);
                    return p;
                }),
                test("many updates", () -> {
                    List<Tensor> targets = Stream.of(flat, matrix, tall).map(tensor -> tensor.add(1)).toList();
                    InPlace.update(Stream.of(0, 1, 2).map(i -> new Update.Change<>(new Update.Sgd(0.1 * i, 0, false, 0.1), targets.get(i),
                            targets.get(i).square(), List.<Tensor>of())).toList());
                    return targets.get(0).sum().add(targets.get(1)).add(targets.get(2).sum());
                }));
    }

    private static DynamicTest test(String name, Supplier<Tensor> compute) {
        return DynamicTest.dynamicTest(name, () -> {
            int before = Threads.count();
            try {
                Threads.use(1);
                float[] expected = compute.get().toFloats();
                for (int threads = 2; threads <= 3; threads++) {
                    Threads.use(threads);
                    assertArrayEquals(expected, compute.get().toFloats(), 0, threads + " threads");
                }
            } finally {
                Threads.use(before);
            }
        });
    }
}
