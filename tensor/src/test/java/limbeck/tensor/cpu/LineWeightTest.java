package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import limbeck.tensor.Shape;
import limbeck.tensor.Threads;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of first convolutions' weights: sums in double by the definition, and the same bits for any number of threads. */
final class LineWeightTest {
    private static final float MARK = -7.5f;
    private static final int OFFSET = 3;

    private final int before = Threads.count();

    @BeforeEach
    void vectors() {
        assumeTrue(Simd.available(), "without vectors there are no tiles");
    }

    @AfterEach
    void restore() {
        Threads.use(before);
    }

    /** Columns: images, channels, height, width, vectors of output channels, kernel, stride, padding and dilation, across then down. */
    @ParameterizedTest
    @CsvSource({
        "9, 1, 28, 28, 2, 3, 3, 1, 1, 0, 0, 1, 1",
        "3, 3, 32, 32, 2, 3, 3, 1, 1, 1, 1, 1, 1",
        "40, 1, 12, 12, 4, 5, 5, 1, 1, 2, 2, 1, 1",
        "2, 3, 40, 37, 4, 7, 7, 2, 2, 3, 3, 1, 1",
        "1, 2, 19, 50, 2, 5, 3, 3, 2, 1, 4, 1, 2",
        "2, 3, 11, 27, 2, 4, 1, 2, 3, 1, 0, 2, 1",
        "1, 3, 1, 3, 2, 3, 3, 1, 1, 1, 1, 1, 1",
        "2, 2, 9, 20, 2, 2, 2, 1, 1, 0, 1, 5, 3",
        "3, 3, 13, 9, 2, 3, 3, 1, 1, 6, 7, 1, 1",
        "1, 1, 3, 700, 2, 3, 2, 1, 1, 1, 0, 1, 1",
    })
    void theSumsOfTheDefinition(int n, int c, int h, int w, int vectors, int kw, int kh, int sw, int sh, int pw, int ph, int dw, int dh) {
        var vertical = new Axis(kh, sh, ph, dh);
        var horizontal = new Axis(kw, sw, pw, dw);
        int height = (h + 2 * ph - dh * (kh - 1) - 1) / sh + 1;
        int width = (w + 2 * pw - dw * (kw - 1) - 1) / sw + 1;
        for (int channels : new int[] {vectors * MicroKernel.LANES, (vectors + 1) * MicroKernel.LANES}) {
            int size = n * height * width * channels;
            float[] flow = new float[OFFSET + size];
            System.arraycopy(LineConvTest.random(size, size), 0, flow, OFFSET, size);
            var gradient = new Images(flow, OFFSET, n, height, width, channels);
            for (View image : LineConvTest.layouts(Shape.of(n, c, h, w))) {
                if (!LineWeight.applies(image, gradient, vertical, horizontal)) {
                    boolean apart = sw > 1 && image.layout().stride(3) != 1;
                    assertTrue(apart || MicroKernel.WIDEST < 4 && channels % (2 * MicroKernel.LANES) > 0, image.layout() + " is left to others");
                    continue;
                }
                double[] expected = sums(Images.of(image, new Scratch()), gradient, vertical, horizontal);
                float[] first = null;
                for (int threads : new int[] {1, 2, 5}) {
                    Threads.use(threads);
                    float[] out = new float[OFFSET + expected.length + OFFSET];
                    Arrays.fill(out, MARK);
                    LineWeight.run(image, gradient, vertical, horizontal, out, OFFSET);
                    for (int i = 0; i < OFFSET; i++) {
                        assertEquals(MARK, out[i], "written before the result");
                        assertEquals(MARK, out[OFFSET + expected.length + i], "written behind the result");
                    }
                    for (int i = 0; i < expected.length; i++) {
                        // Elements are below 1, and so are their products.
                        assertEquals(expected[i], out[OFFSET + i], 1e-6 * Math.sqrt(n * height * width), "element " + i + ", " + image.layout());
                    }
                    first = first == null ? out : first;
                    assertArrayEquals(first, out, threads + " threads");
                }
            }
        }
    }

    /** By the definition: for each output channel, input channel, row and column of the kernel. */
    private static double[] sums(Images in, Images gradient, Axis vertical, Axis horizontal) {
        int kernel = in.channels() * vertical.taps() * horizontal.taps();
        double[] sums = new double[gradient.channels() * kernel];
        for (int pixel = 0; pixel < gradient.pixels(); pixel++) {
            int x = horizontal.start(pixel % gradient.width());
            int y = vertical.start(pixel / gradient.width() % gradient.height());
            int image = pixel / gradient.width() / gradient.height() * in.height();
            for (int i = 0; i < kernel; i++) {
                int column = x + i % horizontal.taps() * horizontal.dilation();
                int line = y + i / horizontal.taps() % vertical.taps() * vertical.dilation();
                if (column >= 0 && column < in.width() && line >= 0 && line < in.height()) {
                    int c = i / horizontal.taps() / vertical.taps();
                    double value = in.array()[in.offset() + ((image + line) * in.width() + column) * in.channels() + c];
                    for (int k = 0; k < gradient.channels(); k++) {
                        sums[k * kernel + i] += value * gradient.array()[gradient.offset() + pixel * gradient.channels() + k];
                    }
                }
            }
        }
        return sums;
    }

    @Test
    void onlyWhereItPays() {
        var three = new Axis(3, 1, 1, 1);
        View image = LineConvTest.layouts(Shape.of(2, 3, 32, 32)).getFirst();
        int channels = 2 * MicroKernel.LANES;
        assertTrue(LineWeight.applies(image, new Images(new float[0], 0, 2, 32, 32, channels), three, three));
        assertFalse(LineWeight.applies(image, new Images(new float[0], 0, 2, 32, 32, channels + 1), three, three), "part of a vector");
        View many = LineConvTest.layouts(Shape.of(2, 5, 32, 32)).getFirst();
        assertFalse(LineWeight.applies(many, new Images(new float[0], 0, 2, 32, 32, channels), three, three), "many channels");
    }
}
