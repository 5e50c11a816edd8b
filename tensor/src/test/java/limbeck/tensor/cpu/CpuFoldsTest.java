package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.ReduceFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions: the vector loops against the scalar ones, and the accuracy of long sums over every arrangement of axes. */
final class CpuFoldsTest {
    private static final int[] SIZES = {0, 1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 1000, 4098};

    @ParameterizedTest
    @EnumSource(ReduceFn.class)
    void vectorsAgreeWithScalars(ReduceFn fn) {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        for (int n : SIZES) {
            for (int rows : new int[] {0, 1, 2, 5, 9}) {
                int row = n + 3;
                float[] x = new float[2 + rows * row];
                Key.of(n).gaussian(x, 0, x.length, 0);
                double[] expected = new double[rows + 1];
                double[] actual = new double[rows + 1];
                new ScalarFolds().rows(fn, rows, n, x, 2, row, expected, 1);
                new VectorFolds().rows(fn, rows, n, x, 2, row, actual, 1);
                assertArrayEquals(expected, actual, fn == ReduceFn.SUM ? 1e-6 * n : 0, fn + " of rows of " + n);
                float[] expectedColumns = new float[n];
                float[] actualColumns = new float[n];
                new ScalarFolds().columns(fn, rows, n, x, 2, row, expectedColumns);
                new VectorFolds().columns(fn, rows, n, x, 2, row, actualColumns);
                assertArrayEquals(expectedColumns, actualColumns, fn == ReduceFn.SUM ? 1e-5f : 0, fn + " of columns, " + rows + " x " + n);
            }
        }
    }

    /** Sums of 131072 and more terms, all of one sign so that nothing cancels, in every place that a fold can have. */
    @Test
    void longSumsAreAccurate() {
        for (List<Integer> axes : List.of(List.of(0, 1, 2, 3), List.of(0, 2, 3), List.of(0), List.of(3), List.of(1, 2, 3), List.of(1))) {
            for (boolean channelsLast : new boolean[] {false, true}) {
                Tensor x = Device.cpu().uniform(Key.of(11), 128, 5, 32, 32);
                Tensor laid = channelsLast ? x.channelsLast() : x;
                double[] expected = Device.reference().tensor(x.toDoubles(), x.shape()).sum(axes, false).toDoubles();
                double[] actual = laid.sum(axes, false).toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-6 * expected[i], "axes " + axes + ", channels last " + channelsLast + ", " + i);
                }
            }
        }
    }

    @Test
    void aNanAnywhereIsTheMaximum() {
        for (int at : new int[] {0, 1, 16, 63, 99}) {
            float[] values = new float[100];
            values[at] = Float.NaN;
            Tensor x = Device.cpu().tensor(values, Shape.of(100));
            assertEquals(Double.NaN, x.max().item());
            assertEquals(Double.NaN, x.min().item());
            assertEquals(at, x.argmax(0).item());
            assertEquals(Double.NaN, x.reshape(100, 1).expand(100, 20).contiguous().max(0).toDoubles()[7]);
        }
    }
}
