package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies by whole vectors of rows that are shorter: right within the block, and nothing written outside of it. */
final class Im2colTest {
    private static final float MARK = -7.5f;
    // Images lie in the midst of an array or at its end, where no whole vector is left to read.
    private static final int[] BEHIND = {0, 64};

    /** The matrix as its Javadoc defines it. */
    private static float element(Im2col matrix, int row, int column) {
        int x = row % matrix.outWidth();
        int y = row / matrix.outWidth() % matrix.outHeight();
        int n = row / matrix.outWidth() / matrix.outHeight();
        int c = column % matrix.channels();
        int s = column / matrix.channels() % matrix.horizontal().taps();
        int r = column / matrix.channels() / matrix.horizontal().taps();
        int inY = matrix.vertical().start(y) + r * matrix.vertical().dilation();
        int inX = matrix.horizontal().start(x) + s * matrix.horizontal().dilation();
        if (inY < 0 || inY >= matrix.height() || inX < 0 || inX >= matrix.width()) {
            return 0;
        }
        return matrix.image()[matrix.offset() + ((n * matrix.height() + inY) * matrix.width() + inX) * matrix.pixel() + c];
    }

    private static float[] random(int length) {
        var random = new Random(length);
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat(1, 2);
        }
        return values;
    }

    private static void assertOnlyTheBlockIsWritten(Im2col matrix, int row, int rows, int column, int columns, int ld) {
        int at = 40;
        var to = new float[at + rows * ld + 80];
        Arrays.fill(to, MARK);
        matrix.copy(row, rows, column, columns, to, at, ld);
        String block = "rows " + row + " + " + rows + ", columns " + column + " + " + columns + ", " + ld + " apart: ";
        for (int i = 0; i < to.length; i++) {
            int r = Math.floorDiv(i - at, ld);
            int c = Math.floorMod(i - at, ld);
            if (r < 0 || r >= rows) {
                assertEquals(MARK, to[i], block + "written outside, at " + (i - at));
            } else if (c < columns) {
                assertEquals(element(matrix, row + r, column + c), to[i], block + "element " + r + ", " + c);
            }
        }
    }

    /** To rows one behind the other, with room for a vector between them, and as far apart as a product has them. */
    @ParameterizedTest
    @CsvSource({"1, 1, 3, 1, 1, 1", "1, 1, 5, 1, 2, 1", "2, 2, 3, 2, 1, 1", "3, 3, 3, 1, 1, 1", "3, 3, 1, 1, 0, 1", "3, 3, 3, 1, 2, 2",
            "2, 6, 3, 1, 1, 1", "5, 5, 3, 2, 0, 1", "7, 7, 2, 1, 1, 1", "13, 13, 3, 1, 1, 1", "2, 2, 3, 25, 6, 1"})
    void copiesOfFewChannelsStayInTheirBlock(int channels, int pixel, int taps, int stride, int pad, int dilation) {
        var axis = new Im2col.Axis(taps, stride, pad, dilation);
        int height = 9;
        int width = 21;
        int outHeight = (height + 2 * pad - dilation * (taps - 1) - 1) / stride + 1;
        int outWidth = (width + 2 * pad - dilation * (taps - 1) - 1) / stride + 1;
        int size = 2 * height * width * pixel;
        for (int behind : BEHIND) {
            var matrix = new Im2col(random(11 + size + behind), 11, pixel, channels, height, width, outHeight, outWidth, axis, axis);
            int rows = 2 * outHeight * outWidth;
            int columns = taps * taps * channels;
            for (int ld : new int[] {columns, columns + 1, columns + MicroKernel.LANES, MicroKernel.STEP}) {
                assertOnlyTheBlockIsWritten(matrix, 0, rows, 0, columns, ld);
                assertOnlyTheBlockIsWritten(matrix, rows - 13, 13, 0, columns, ld);
                assertOnlyTheBlockIsWritten(matrix, outWidth - 1, 2, columns / 2, columns - columns / 2, ld);
                assertOnlyTheBlockIsWritten(matrix, 3, 1, columns - 1, 1, ld);
            }
        }
    }

    /** What is left to the caller is not touched, and of what is copied no more than a vector each. */
    @Test
    void copiesOfWholeVectorsEndWithTheLastVectorThatFits() {
        assumeTrue(Simd.available(), "the Vector API is switched off");
        int lanes = VectorRows.LANES;
        int stride = 3;
        int rows = 20;
        float[] from = random(5 + rows * stride);
        for (int ld : new int[] {lanes, lanes + 5}) {
            for (int room = 0; room <= rows * ld; room += 7) {
                var to = new float[9 + room];
                Arrays.fill(to, MARK);
                int copied = VectorRows.copyLoosely(from, 5, stride, rows, to, 9, ld);
                for (int i = 0; i < to.length; i++) {
                    int r = Math.floorDiv(i - 9, ld);
                    int c = Math.floorMod(i - 9, ld);
                    float expected = r >= 0 && r < copied && c < lanes ? from[5 + r * stride + c] : MARK;
                    assertEquals(expected, to[i], copied + " rows " + ld + " apart, at " + (i - 9) + " of " + room);
                }
            }
        }
    }
}
