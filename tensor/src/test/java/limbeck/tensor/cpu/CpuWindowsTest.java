package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import limbeck.tensor.Key;
import org.junit.jupiter.api.Test;

/** Pooling windows on vectors against the scalar ones, to the bit, with ties and NaNs. */
final class CpuWindowsTest {
    private static final int[] CHANNELS = {1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127};

    @Test
    void vectorsAgreeWithScalars() {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        for (int c : CHANNELS) {
            for (int[] window : new int[][] {{1, 1}, {2, 2}, {3, 2}, {3, 3}}) {
                int h = window[0];
                int w = window[1];
                int row = 4 * c + 1;
                float[] x = new float[2 + h * row];
                for (int i = 0; i < x.length; i++) {
                    // Few different values make many ties; one in a dozen is no number.
                    int draw = Key.of(c).below(12, i);
                    x[i] = draw == 0 ? Float.NaN : draw % 4;
                }
                float[] v = new float[x.length];
                Key.of(3).gaussian(v, 0, v.length, 0);
                String where = c + " channels, window " + h + " x " + w;
                float[][] expected = all(new ScalarWindows(), h, w, row, c, x, v);
                float[][] actual = all(new VectorWindows(), h, w, row, c, x, v);
                for (int i = 0; i < expected.length; i++) {
                    assertArrayEquals(expected[i], actual[i], 0, where + ", result " + i);
                }
            }
        }
    }

    /** max, pick, scatter, sum and spread of one window, the last two added to what is there. */
    private static float[][] all(Windows windows, int h, int w, int row, int c, float[] x, float[] v) {
        float[][] z = {new float[c + 1], new float[c + 1], v.clone(), new float[c + 1], v.clone()};
        windows.max(h, w, row, c, x, 2, z[0], 1);
        windows.pick(h, w, row, c, x, 2, v, 2, z[1], 1);
        windows.scatter(h, w, row, c, x, 2, v, 1, z[2], 2);
        windows.sum(h, w, row, c, 0.3f, x, 2, z[3], 1);
        windows.spread(h, w, row, c, 0.3f, v, 1, z[4], 2);
        return z;
    }
}
