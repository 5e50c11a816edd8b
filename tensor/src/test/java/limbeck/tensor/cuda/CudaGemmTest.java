package limbeck.tensor.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Precision;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Linear;
import limbeck.tensor.op.MatMul;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrix products on the emulated GPU, in every precision. What is small and odd stands in the op table, which is strict. */
@Tag("cuda-emulated")
final class CudaGemmTest {
    private static final Key KEY = Key.of(23);

    private final Device cuda = Emulator.device();
    private final Precision before = Precision.current();

    @AfterEach
    void restore() {
        Precision.use(before);
    }

    /** Edges of tiles, of slices and of chunks, in all orders of the operands. Columns: rows, columns, summed numbers. */
    @TestFactory
    Stream<DynamicTest> everyPrecisionAndOrder() {
        int[][] sizes = {{2, 3, 1}, {3, 2, 15}, {17, 33, 16}, {31, 65, 17}, {64, 64, 32}, {65, 63, 100}, {130, 70, 36}, {7, 260, 129}};
        return Stream.of(Precision.values()).flatMap(precision -> Stream.of(sizes).flatMap(s -> Stream.of(0, 1, 2, 3).map(order ->
                DynamicTest.dynamicTest(precision + " " + List.of(s[0], s[1], s[2], order), () -> {
                    boolean left = order % 2 == 1;
                    boolean right = order / 2 == 1;
                    check(precision, new MatMul(left, right), left ? Shape.of(s[2], s[0]) : Shape.of(s[0], s[2]),
                            right ? Shape.of(s[1], s[2]) : Shape.of(s[2], s[1]), s[2]);
                }))));
    }

    /** Few results of long sums: the sums are cut into pieces. */
    @ParameterizedTest
    @CsvSource({"3, 5, 4100", "64, 64, 1024", "100, 10, 784", "1, 33, 2500", "33, 1, 2500", "1, 1, 5000"})
    void longSumsAreCutIntoPieces(int m, int n, int k) {
        for (Precision precision : Precision.values()) {
            check(precision, new MatMul(false, true), Shape.of(m, k), Shape.of(n, k), k);
            check(precision, new MatMul(true, false), Shape.of(k, m), Shape.of(k, n), k);
        }
    }

    /** Enough tiles for the large ones, more than a stripe of them, with rows that are read in chunks and one by one. */
    @ParameterizedTest
    @CsvSource({"FP32, 8, 300, 520, 20", "TF32, 100, 17, 19, 21", "FP32, 1, 1400, 1100, 8", "STRICT, 4, 390, 700, 24",
        "BF16, 4, 392, 700, 24"})
    void manyTiles(Precision precision, int batches, int m, int n, int k) {
        check(precision, new MatMul(false, true), Shape.of(batches, m, k), Shape.of(batches, n, k), k);
        check(precision, new MatMul(true, false), Shape.of(batches, k, m), Shape.of(batches, k, n), k);
    }

    @Test
    void batchesAreBroadcast() {
        for (Precision precision : List.of(Precision.STRICT, Precision.FP32)) {
            check(precision, new MatMul(false, false), Shape.of(2, 3, 5, 7), Shape.of(7, 9), 7);
            check(precision, new MatMul(false, false), Shape.of(5, 7), Shape.of(2, 3, 7, 9), 7);
            check(precision, new MatMul(false, true), Shape.of(2, 1, 5, 7), Shape.of(3, 9, 7), 7);
            check(precision, new MatMul(true, false), Shape.of(2, 1, 3, 7, 5), Shape.of(2, 4, 1, 7, 9), 7);
            check(precision, new MatMul(false, true), Shape.of(4, 3, 1, 7), Shape.of(3, 1, 7), 7);
        }
    }

    /** A tensor core cuts off what it cannot hold; sums in float32 must not feel it. */
    @Test
    void theDefaultIsAsExactAsPlainSums() {
        Tensor a = Device.cpu().uniform(KEY.split("a"), 8, 8192).to(Device.reference());
        Tensor b = Device.cpu().uniform(KEY.split("b"), 8192, 8).to(Device.reference());
        double[] exact = a.matmul(b).toDoubles();
        double plain = worst(Precision.STRICT, a, b, exact);
        double split = worst(Precision.FP32, a, b, exact);
        assertTrue(split <= 2 * plain, "largest error " + split + ", of plain sums " + plain);
        assertTrue(worst(Precision.TF32, a, b, exact) > split, "TF32 is not as exact, or the test sees nothing");
    }

    private double worst(Precision precision, Tensor a, Tensor b, double[] exact) {
        Precision.use(precision);
        double[] actual = a.to(cuda).matmul(b.to(cuda)).toDoubles();
        double worst = 0;
        for (int i = 0; i < exact.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - exact[i]));
        }
        return worst;
    }

    @Test
    void noNumbersToSumGiveZeros() {
        for (Precision precision : Precision.values()) {
            Precision.use(precision);
            assertArrayEquals(new double[6], cuda.zeros(2, 0).matmul(cuda.zeros(0, 3)).toDoubles());
            assertArrayEquals(new double[3], cuda.zeros(1, 0).matmul(cuda.zeros(0, 3)).toDoubles());
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void linearAddsABiasAndCutsOffWhatIsNegative(Precision precision) {
        for (int[] s : new int[][] {{5, 40, 10}, {70, 300, 33}, {3, 2000, 12}, {1, 20, 9}, {9, 20, 1}, {2, 900, 1}}) {
            for (boolean relu : new boolean[] {false, true}) {
                try (var _ = Scope.open("linear")) {
                    Precision.use(precision);
                    var in = List.of(normal("x", s[0], s[1]), normal("w", s[2], s[1]), normal("b", s[2]));
                    Tensor expected = new Linear(relu).composed(in);
                    double[] magnitudes = new Linear(false).composed(in.stream().map(Tensor::abs).toList()).toDoubles();
                    Tensor actual = in.getFirst().to(cuda).apply(new Linear(relu), List.of(in.get(1).to(cuda), in.get(2).to(cuda)));
                    close(precision, expected, actual, magnitudes, s[1] + 1);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aNaNReachesItsRowAndPassesAReLU(Precision precision) {
        Precision.use(precision);
        Tensor x = cuda.tensor(new float[] {1, Float.NaN, 2, 3, 4, 5}, 3, 2);
        Tensor y = x.apply(new Linear(true), List.of(cuda.ones(4, 2), cuda.zeros(4)));
        double[] nan = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
        assertArrayEquals(nan, y.slice(0, 0, 1).toDoubles());
        assertArrayEquals(new double[] {5, 5, 5, 5, 9, 9, 9, 9}, y.slice(0, 1, 3).toDoubles());
    }

    /** A missing barrier shows as bits that depend on the order in which threads run. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void theSameBitsInAnyOrderOfThreads(Precision precision) {
        Precision.use(precision);
        Tensor a = normal("a", 70, 700).to(cuda);
        Tensor b = normal("b", 700, 90).to(cuda);
        double[] forward = a.matmul(b).toDoubles();
        try {
            for (String order : List.of("rev", "rand:5")) {
                Emulator.environment("CUEMU_ORDER", order);
                assertArrayEquals(forward, a.matmul(b).toDoubles(), order);
            }
        } finally {
            Emulator.environment("CUEMU_ORDER", "fwd");
        }
    }

    private static Tensor normal(String name, int... dims) {
        return Device.cpu().normal(KEY.split(name), dims).to(Device.reference());
    }

    private void check(Precision precision, MatMul op, Shape left, Shape right, int summed) {
        Precision.use(precision);
        try (var _ = Scope.open("product")) {
            Tensor a = normal("a", left.dims());
            Tensor b = normal("b", right.dims());
            Tensor expected = a.apply(op, List.of(b));
            double[] magnitudes = a.abs().apply(op, List.of(b.abs())).toDoubles();
            close(precision, expected, a.to(cuda).apply(op, List.of(b.to(cuda))), magnitudes, summed);
        }
    }

    /** Within the rounding of factors and, as for the op table, of sums. */
    private static void close(Precision precision, Tensor expected, Tensor actual, double[] magnitudes, int summed) {
        assertEquals(expected.shape(), actual.shape());
        double[] wanted = expected.toDoubles();
        double[] got = actual.toDoubles();
        double share = (4 + Math.sqrt(summed)) * 0x1p-24 + rounding(precision);
        for (int i = 0; i < wanted.length; i++) {
            double allowed = share * magnitudes[i] + Float.MIN_NORMAL;
            int at = i;
            assertTrue(Math.abs(wanted[i] - got[i]) <= allowed, () -> precision + ", seed " + KEY + ": element " + at + " of "
                    + expected.shape() + " is " + got[at] + ", wanted " + wanted[at] + " within " + allowed);
        }
    }

    /** How wrong a product may be before it is added, relative to it: its two factors are rounded; see tile.cuh. */
    static double rounding(Precision precision) {
        return switch (precision) {
            case STRICT -> 0;
            case FP32 -> 8 * 0x1p-24;
            case TF32 -> 0x1p-10;
            case BF16 -> 0x1p-7;
        };
    }
}
