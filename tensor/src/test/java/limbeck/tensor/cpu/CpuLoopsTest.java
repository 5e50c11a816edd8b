package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import limbeck.tensor.Key;
import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.op.CompareFn;
import limbeck.tensor.op.UnaryFn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector loops against the scalar ones, to the bit: at awkward sizes, off the start of the array, with every step. */
final class CpuLoopsTest {
    private static final int[] SIZES = {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 1000, 4098};
    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, 1f, -1f, Float.MIN_VALUE,
        -Float.MIN_NORMAL, Float.MAX_VALUE, 88.8f, -103.9f, 1e-3f};
    private static final float GUARD = 12345;
    private static final int ROWS = 3;

    private Loops vector;
    private final Loops scalar = new ScalarLoops();

    @BeforeEach
    void vectorsAreThere() {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        vector = new VectorLoops();
    }

    @ParameterizedTest
    @EnumSource(UnaryFn.class)
    void unary(UnaryFn fn) {
        for (int n : SIZES) {
            for (int step : new int[] {1, 0, 2, -1}) {
                float[] x = numbers(1, n);
                float[] expected = guarded(n);
                float[] actual = guarded(n);
                scalar.unary(fn, -0.75f, 1.25f, ROWS, n, x, source(n, step), expected, target(n));
                vector.unary(fn, -0.75f, 1.25f, ROWS, n, x, source(n, step), actual, target(n));
                assertArrayEquals(expected, actual, 0, fn + ", rows of " + n + ", step " + step);
                assertGuards(actual, n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BinaryFn.class)
    void binary(BinaryFn fn) {
        for (int n : SIZES) {
            for (int[] steps : new int[][] {{1, 1}, {1, 0}, {0, 1}, {0, 0}, {2, 1}, {1, -1}}) {
                float[] x = numbers(2, n);
                float[] y = numbers(3, n);
                float[] expected = guarded(n);
                float[] actual = guarded(n);
                scalar.binary(fn, ROWS, n, x, source(n, steps[0]), y, source(n, steps[1]), expected, target(n));
                vector.binary(fn, ROWS, n, x, source(n, steps[0]), y, source(n, steps[1]), actual, target(n));
                assertArrayEquals(expected, actual, 0, fn + ", rows of " + n + ", steps " + Arrays.toString(steps));
                assertGuards(actual, n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CompareFn.class)
    void compare(CompareFn fn) {
        for (int n : SIZES) {
            for (int[] steps : new int[][] {{1, 1}, {1, 0}, {0, 1}, {2, 1}}) {
                float[] x = numbers(4, n);
                float[] y = numbers(4, n);
                for (int i = 0; i < y.length; i += 3) {
                    y[i] = -y[i];
                }
                byte[] expected = new byte[guarded(n).length];
                byte[] actual = expected.clone();
                scalar.compare(fn, ROWS, n, x, source(n, steps[0]), y, source(n, steps[1]), expected, target(n));
                vector.compare(fn, ROWS, n, x, source(n, steps[0]), y, source(n, steps[1]), actual, target(n));
                assertArrayEquals(expected, actual, fn + ", rows of " + n + ", steps " + Arrays.toString(steps));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0, 2})
    void where(int step) {
        for (int n : SIZES) {
            float[] x = numbers(5, n);
            float[] y = numbers(6, n);
            byte[] c = new byte[x.length];
            for (int i = 0; i < c.length; i++) {
                c[i] = (byte) (Key.of(7).uniform(i) < 0.5 ? 1 : 0);
            }
            for (int conditionStep : new int[] {1, 0}) {
                float[] expected = guarded(n);
                float[] actual = guarded(n);
                scalar.where(ROWS, n, c, source(n, conditionStep), x, source(n, step), y, source(n, 1), expected, target(n));
                vector.where(ROWS, n, c, source(n, conditionStep), x, source(n, step), y, source(n, 1), actual, target(n));
                assertArrayEquals(expected, actual, 0, "rows of " + n);
                assertGuards(actual, n);
            }
        }
    }

    /** Room for rows of n at any step from -1 to 2, sprinkled with numbers that are not ordinary. */
    private static float[] numbers(int seed, int n) {
        float[] x = new float[ROWS * 2 * (n + 3) + 8];
        Key.of(seed).gaussian(x, 0, x.length, 0);
        for (int i = 0; i < x.length; i += 5) {
            x[i] = SPECIAL[i / 5 % SPECIAL.length];
        }
        return x;
    }

    private static Walk source(int n, int step) {
        return Walk.of(step < 0 ? n + 2 : 3, 2 * (n + 3), step);
    }

    private static Walk target(int n) {
        return Walk.of(5, n + 2, 1);
    }

    private static float[] guarded(int n) {
        float[] z = new float[5 + ROWS * (n + 2)];
        Arrays.fill(z, GUARD);
        return z;
    }

    private static void assertGuards(float[] z, int n) {
        for (int i = 0; i < z.length; i++) {
            if (i < 5 || (i - 5) % (n + 2) >= n) {
                assertEquals(GUARD, z[i], "written outside a row of " + n + ", at " + i);
            }
        }
    }
}
