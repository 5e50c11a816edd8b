package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import limbeck.tensor.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GemmTest {
    private static final int SEED = 7;
    private static final int[] SIZES = {1, 2, 5, 6, 7, 15, 16, 17, 32, 33, 48, 63, 64, 65, 127, 130};

    private enum Order { ROWS, COLUMNS, GAPS, BACKWARDS }

    /** A matrix of random numbers in an array that ends right behind it, so that reading on would throw. */
    private static GemmMatrix matrix(Random random, int rows, int columns, Order order) {
        int rowStride = switch (order) {
            case ROWS -> columns;
            case COLUMNS -> 1;
            case GAPS -> 3 * columns + 1;
            case BACKWARDS -> -columns;
        };
        int columnStride = switch (order) {
            case ROWS, BACKWARDS -> 1;
            case COLUMNS -> rows;
            case GAPS -> 2;
        };
        int offset = order == Order.BACKWARDS ? (rows - 1) * columns : 3;
        int size = 1 + offset + Math.max(0, (rows - 1) * rowStride) + (columns - 1) * columnStride;
        float[] array = new float[size];
        for (int i = 0; i < size; i++) {
            array[i] = random.nextFloat() * 2 - 1;
        }
        return new GemmMatrix(array, offset, rowStride, columnStride);
    }

    private static double at(GemmMatrix matrix, int row, int column) {
        return matrix.array()[matrix.offset() + row * matrix.rowStride() + column * matrix.columnStride()];
    }

    /** Compares some elements, the corners among them, with sums in double. */
    private static void check(int m, int n, int k, GemmMatrix a, GemmMatrix b, float[] c, int co, int ldc, double before, String what) {
        var random = new Random(SEED);
        int samples = Math.min(400, m * n);
        for (int s = 0; s < samples; s++) {
            int i = samples == m * n ? s / n : s == 0 ? m - 1 : random.nextInt(m);
            int j = samples == m * n ? s % n : s == 0 ? n - 1 : random.nextInt(n);
            double sum = before;
            double size = Math.abs(before);
            for (int x = 0; x < k; x++) {
                double product = at(a, i, x) * at(b, x, j);
                sum += product;
                size += Math.abs(product);
            }
            assertEquals(sum, c[co + i * ldc + j], 1e-6 * size + 1e-6, what + " seed " + SEED + " at " + i + ", " + j);
        }
    }

    /** B packed beforehand gives the bits of B packed on the way, whichever way the product is cut. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 17, 3", "7, 130, 33", "128, 1200, 784", "300, 70, 1030", "13, 100, 5000", "250, 600, 40"})
    void packedBeforehand(int m, int n, int k) {
        var random = new Random(SEED);
        for (Order left : Order.values()) {
            GemmMatrix a = matrix(random, m, k, left);
            GemmMatrix b = matrix(random, k, n, Order.COLUMNS);
            float[] expected = new float[m * n];
            Gemm.of(m, n, k, a, b, expected, 0, n, false).run();
            float[] c = new float[m * n];
            int[] finished = new int[m * n];
            Gemm.of(m, n, k, a, Panels.of(k, n, b), c, 0, n).run((row, rows, column, columns) -> {
                for (int i = row; i < row + rows; i++) {
                    for (int j = column; j < column + columns; j++) {
                        finished[i * n + j]++;
                    }
                }
            });
            assertArrayEquals(expected, c, left + " seed " + SEED);
            assertTrue(Arrays.stream(finished).allMatch(times -> times == 1), left + ": each element is finished once");
        }
    }

    /**
     * One to four vectors of columns, alone and behind panels of four, full and not: an element has the same bits whichever of the
     * kernels computes it.
     */
    @ParameterizedTest
    @ValueSource(ints = {16, 32, 33, 40, 48, 63, 64, 100, 112, 176, 184})
    void panelsOfEveryWidthGiveTheSameBits(int n) {
        var random = new Random(SEED);
        for (int m : new int[] {6, 13, 20, 28, 64, 130}) {
            for (int k : new int[] {1, 70, 600}) {
                for (Order left : new Order[] {Order.ROWS, Order.COLUMNS, Order.GAPS}) {
                    GemmMatrix a = matrix(random, m, k, left);
                    GemmMatrix b = matrix(random, k, n, Order.ROWS);
                    float[] narrow = new float[m * n];
                    for (int j = 0; j < n; j += 16) {
                        var columns = new GemmMatrix(b.array(), b.offset() + j, b.rowStride(), 1);
                        Gemm.of(m, Math.min(16, n - j), k, a, columns, narrow, j, n, false).run();
                    }
                    String what = m + " x " + n + " x " + k + ", " + left + " seed " + SEED;
                    check(m, n, k, a, b, narrow, 0, n, 0, what);
                    float[] c = new float[m * n];
                    Gemm.of(m, n, k, a, b, c, 0, n, false).run();
                    assertArrayEquals(narrow, c, what);
                    Gemm.of(m, n, k, a, Panels.of(k, n, b), c, 0, n).run();
                    assertArrayEquals(narrow, c, what + ", packed");
                }
            }
        }
    }

    /** Rows, columns and inner index in several blocks each: what is finished is whole, and is finished once. */
    @ParameterizedTest
    @CsvSource({"200, 700, 1030", "616, 200, 1030", "215, 450, 600", "1201, 70, 530", "230, 1000, 100", "412, 130, 520", "300, 1300, 90"})
    void finishedOnceAndWhole(int m, int n, int k) {
        var random = new Random(SEED);
        for (Order left : Order.values()) {
            GemmMatrix a = matrix(random, m, k, left);
            GemmMatrix b = matrix(random, k, n, Order.ROWS);
            float[] c = new float[m * n];
            float[] finished = new float[m * n];
            Gemm.of(m, n, k, a, b, c, 0, n, false).run((row, rows, column, columns) -> {
                for (int i = row; i < row + rows; i++) {
                    for (int j = column; j < column + columns; j++) {
                        finished[i * n + j] += c[i * n + j];
                    }
                }
            });
            String what = m + " x " + n + " x " + k + ", " + left;
            check(m, n, k, a, b, c, 0, n, 0, what);
            assertArrayEquals(c, finished, what + " seed " + SEED);
        }
    }

    /** However few the columns, each thread has something to do. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 16, 17, 33, 48, 64})
    void manyRowsAreSharedOut(int n) {
        int before = Threads.count();
        try {
            Threads.use(4);
            var random = new Random(SEED);
            GemmMatrix a = matrix(random, 4096, 256, Order.ROWS);
            GemmMatrix b = matrix(random, 256, n, Order.ROWS);
            for (boolean packed : new boolean[] {false, true}) {
                float[] c = new float[4096 * n];
                Gemm product = packed ? Gemm.of(4096, n, 256, a, Panels.of(256, n, b), c, 0, n)
                        : Gemm.of(4096, n, 256, a, b, c, 0, n, false);
                var blocks = new AtomicInteger();
                product.run((_, _, _, _) -> blocks.incrementAndGet());
                assertTrue(blocks.get() >= 4, n + " columns, packed " + packed + ": " + blocks);
            }
        } finally {
            Threads.use(before);
        }
    }

    /** Few rows are cut by columns: evenly, and into few pieces where rows are copied for each. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void fewRowsAreCutEvenly(int threads) {
        int before = Threads.count();
        try {
            Threads.use(threads);
            GemmCut cut = GemmCut.of(128, 1200, 1200, 400, true, false);
            int tasks = Math.ceilDiv(128, cut.rows()) * Math.ceilDiv(1200, cut.columns());
            int busiest = Math.ceilDiv(tasks, threads) * Math.min(128, cut.rows()) * cut.columns();
            assertTrue(busiest <= 1.1 * 128 * 1200 / threads, threads + " threads: " + cut);
            assertTrue(MicroKernel.STEP_PANEL == 0 || tasks <= threads, threads + " threads: " + cut);
        } finally {
            Threads.use(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 16, 513})
    void allSizesAndEdges(int k) {
        var random = new Random(SEED);
        for (int m : SIZES) {
            for (int n : SIZES) {
                GemmMatrix a = matrix(random, m, Math.max(1, k), Order.ROWS);
                GemmMatrix b = matrix(random, Math.max(1, k), n, Order.ROWS);
                int ldc = n + 3;
                float[] c = new float[5 + m * ldc];
                Arrays.fill(c, 9);
                Gemm.of(m, n, k, a, b, c, 5, ldc, false).run();
                String what = m + " x " + n + " x " + k;
                check(m, n, k, a, b, c, 5, ldc, 0, what);
                for (int i = 0; i < m; i++) {
                    for (int gap = n; gap < ldc; gap++) {
                        assertEquals(9, c[5 + i * ldc + gap], what + ": wrote beyond its columns");
                    }
                }
                Gemm.of(m, n, k, a, b, c, 5, ldc, false).run();
                Gemm.of(m, n, 0, a, b, c, 5, ldc, true).run();
                check(m, n, k, a, b, c, 5, ldc, 0, what + ": nothing added");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"13, 40, 50", "70, 90, 33", "130, 600, 70", "300, 70, 400", "20, 75, 3500"})
    void allOrdersOfTheOperands(int m, int n, int k) {
        var random = new Random(SEED);
        for (Order left : Order.values()) {
            for (Order right : Order.values()) {
                GemmMatrix a = matrix(random, m, k, left);
                GemmMatrix b = matrix(random, k, n, right);
                float[] c = new float[m * n];
                Arrays.fill(c, 2);
                Gemm.of(m, n, k, a, b, c, 0, n, true).run();
                check(m, n, k, a, b, c, 0, n, 2, left + " " + right);
                Gemm.of(m, n, k, a, b, c, 0, n, false).run();
                check(m, n, k, a, b, c, 0, n, 0, left + " " + right);
            }
        }
    }

    @Test
    void repeatedRowsAndColumns() {
        var random = new Random(SEED);
        GemmMatrix a = new GemmMatrix(matrix(random, 1, 40, Order.ROWS).array(), 3, 0, 1);
        GemmMatrix b = new GemmMatrix(matrix(random, 40, 1, Order.ROWS).array(), 3, 1, 0);
        float[] c = new float[20 * 30];
        Gemm.of(20, 30, 40, a, b, c, 0, 30, false).run();
        check(20, 30, 40, a, b, c, 0, 30, 0, "expanded");
    }

    /** Rows, columns and the inner index as the cut, and B in more than one part. */
    @ParameterizedTest
    @CsvSource({"700, 90, 300", "90, 1100, 300", "24, 150, 9000", "250, 2200, 2000", "128, 128, 128", "1, 3000, 500", "3000, 1, 500"})
    void theSameBitsForAnyNumberOfThreads(int m, int n, int k) {
        int before = Threads.count();
        var random = new Random(SEED);
        try {
            for (Order left : new Order[] {Order.ROWS, Order.COLUMNS, Order.GAPS}) {
                GemmMatrix a = matrix(random, m, k, left);
                GemmMatrix b = matrix(random, k, n, left == Order.ROWS ? Order.COLUMNS : Order.ROWS);
                Threads.use(1);
                float[] alone = new float[m * n];
                Gemm.of(m, n, k, a, b, alone, 0, n, false).run();
                check(m, n, k, a, b, alone, 0, n, 0, left.toString());
                for (int threads : new int[] {2, 3, 5}) {
                    Threads.use(threads);
                    float[] c = new float[m * n];
                    Gemm.of(m, n, k, a, b, c, 0, n, false).run();
                    assertArrayEquals(alone, c, threads + " threads");
                }
            }
        } finally {
            Threads.use(before);
        }
    }
}
