package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.Threads;
import limbeck.tensor.cpu.Im2col.Axis;
import limbeck.tensor.spi.HostStorage;
import limbeck.tensor.spi.Pool;
import limbeck.tensor.spi.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** First convolutions: the bits of the product with {@link Im2col}, whatever the layout, the border and the number of threads. */
final class LineConvTest {
    private static final float MARK = -7.5f;
    private static final int OFFSET = 5;

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
        "2, 1, 28, 28, 2, 3, 3, 1, 1, 0, 0, 1, 1",
        "3, 3, 32, 32, 2, 3, 3, 1, 1, 1, 1, 1, 1",
        "2, 3, 32, 33, 4, 3, 3, 1, 1, 1, 1, 1, 1",
        "2, 3, 40, 37, 4, 7, 7, 2, 2, 3, 3, 1, 1",
        "1, 2, 19, 50, 2, 5, 3, 3, 2, 1, 4, 1, 2",
        "2, 3, 11, 27, 2, 4, 1, 2, 3, 1, 0, 2, 1",
        "4, 1, 1, 14, 2, 3, 3, 1, 1, 1, 1, 1, 1",
        "2, 2, 9, 20, 2, 2, 2, 1, 1, 0, 1, 5, 3",
        "3, 3, 13, 9, 2, 3, 3, 1, 1, 6, 7, 1, 1",
    })
    void theBitsOfTheProduct(int n, int c, int h, int w, int vectors, int kw, int kh, int sw, int sh, int pw, int ph, int dw, int dh) {
        var vertical = new Axis(kh, sh, ph, dh);
        var horizontal = new Axis(kw, sw, pw, dw);
        int height = (h + 2 * ph - dh * (kh - 1) - 1) / sh + 1;
        int width = (w + 2 * pw - dw * (kw - 1) - 1) / sw + 1;
        for (int channels : new int[] {vectors * MicroKernel.LANES, (vectors + 1) * MicroKernel.LANES}) {
            int inner = kh * kw * c;
            float[] kernels = random(channels * inner, channels);
            var weights = new ConvWeights(kernels, 0, kw, c, kw, 1, kh * kw, inner);
            for (View image : layouts(Shape.of(n, c, h, w))) {
                float[] expected = new float[n * height * width * channels];
                Images lastly = Images.of(image, new Scratch());
                var matrix = new Im2col(lastly.array(), lastly.offset(), c, c, h, w, height, width, vertical, horizontal);
                Gemm.ofRows(n * height * width, channels, inner, matrix, weights, expected, 0, channels).run();
                var out = new Images(new float[OFFSET + expected.length + OFFSET], OFFSET, n, height, width, channels);
                if (!LineConv.applies(image, vertical, horizontal, out)) {
                    boolean apart = sw > 1 && image.layout().stride(3) != 1;
                    assertTrue(apart || MicroKernel.WIDEST < 4 && channels % (2 * MicroKernel.LANES) > 0, image.layout() + " is left to the product");
                    continue;
                }
                for (int threads : new int[] {1, 3}) {
                    Threads.use(threads);
                    Arrays.fill(out.array(), MARK);
                    LineConv.run(image, weights, vertical, horizontal, out, Finish.NONE);
                    float[] result = Arrays.copyOfRange(out.array(), OFFSET, OFFSET + expected.length);
                    assertArrayEquals(expected, result, channels + " channels, " + threads + " threads, " + image.layout());
                    for (int i = 0; i < OFFSET; i++) {
                        assertEquals(MARK, out.array()[i], "written before the result");
                        assertEquals(MARK, out.array()[OFFSET + expected.length + i], "written behind the result");
                    }
                }
            }
        }
    }

    /** Every pixel once, whole; and those of a task in order. */
    @ParameterizedTest
    @CsvSource({"5, 32, true", "5, 32, false", "3, 15, true", "1, 500, true"})
    void finishedOnceAndSeen(int n, int extent, boolean sees) {
        var axis = new Axis(3, 1, 1, 1);
        int channels = 2 * MicroKernel.LANES;
        View image = layouts(Shape.of(n, 3, extent, extent)).getFirst();
        var weights = new ConvWeights(random(27 * channels, 3), 0, 3, 3, 3, 1, 9, 27);
        var plain = new Images(new float[n * extent * extent * channels], 0, n, extent, extent, channels);
        LineConv.run(image, weights, axis, axis, plain, Finish.NONE);
        var out = new Images(new float[plain.array().length], 0, n, extent, extent, channels);
        int[] finished = new int[out.pixels()];
        int[] taskOf = new int[out.pixels()];
        Finish finish = new Finish() {
            private int[] next;

            @Override
            public synchronized void block(int row, int rows, int column, int columns) {
                assertEquals(0, column);
                assertEquals(channels, columns);
                for (int i = row; i < row + rows; i++) {
                    finished[i]++;
                }
                for (int i = row * channels; i < (row + rows) * channels; i++) {
                    assertEquals(plain.array()[i], out.array()[i], "not there when it is finished");
                }
            }

            @Override
            public boolean tasks(int count) {
                next = new int[count];
                return sees;
            }

            @Override
            public synchronized void rows(int task, int row, int rows) {
                assertTrue(next[task] == 0 || next[task] == row, "out of order");
                next[task] = row + rows;
                for (int i = row; i < row + rows; i++) {
                    assertEquals(1, finished[i], "seen before it is finished");
                    taskOf[i] = task + 1;
                }
            }
        };
        Threads.use(3);
        LineConv.run(image, weights, axis, axis, out, finish);
        for (int i = 0; i < finished.length; i++) {
            assertEquals(1, finished[i], "pixel " + i);
            assertEquals(sees, taskOf[i] > 0, "pixel " + i);
        }
    }

    @Test
    void onlyWhereItPays() {
        var three = new Axis(3, 1, 1, 1);
        View image = layouts(Shape.of(2, 3, 32, 32)).getFirst();
        int channels = 2 * MicroKernel.LANES;
        assertTrue(LineConv.applies(image, three, three, new Images(new float[0], 0, 2, 32, 32, channels)));
        assertFalse(LineConv.applies(image, three, three, new Images(new float[0], 0, 2, 32, 32, channels + 1)), "part of a vector");
        assertFalse(LineConv.applies(image, three, three, new Images(new float[0], 0, 2, 32, 5, channels)), "short lines");
        var patches = new Axis(4, 4, 0, 1);
        assertFalse(LineConv.applies(image, patches, patches, new Images(new float[0], 0, 2, 8, 8, channels)), "taps that do not overlap");
        View many = layouts(Shape.of(2, 5, 32, 32)).getFirst();
        assertFalse(LineConv.applies(many, three, three, new Images(new float[0], 0, 2, 32, 32, channels)), "many channels");
        var longest = new Axis(15, 1, 7, 1);
        assertFalse(LineConv.applies(image, longest, longest, new Images(new float[0], 0, 2, 32, 32, channels)), "more taps than go in one sum");
    }

    /** The same images channels first, channels last, and with gaps in between. */
    static List<View> layouts(Shape shape) {
        Layout first = Layout.contiguous(shape);
        Layout last = Layout.channelsLast(shape);
        int length = shape.intSize();
        float[] images = random(length, length);
        Layout wide = Layout.contiguous(Shape.of(shape.dim(0), shape.dim(1), shape.dim(2), 2 * shape.dim(3)))
                .slice(List.of(0, 0, 0, 1), List.of(shape.dim(0), shape.dim(1), shape.dim(2), 2 * shape.dim(3)), List.of(1, 1, 1, 2));
        return List.of(view(images, first, shape, length), view(images, last, shape, length), view(images, wide, shape, 2 * length));
    }

    private static View view(float[] images, Layout layout, Shape shape, int length) {
        Layout shifted = layout.at(layout.offset() + OFFSET);
        float[] array = new float[OFFSET + length];
        int at = 0;
        for (int n = 0; n < shape.dim(0); n++) {
            for (int c = 0; c < shape.dim(1); c++) {
                for (int y = 0; y < shape.dim(2); y++) {
                    for (int x = 0; x < shape.dim(3); x++) {
                        array[shifted.offset() + n * shifted.stride(0) + c * shifted.stride(1) + y * shifted.stride(2) + x * shifted.stride(3)] =
                                images[at++];
                    }
                }
            }
        }
        return new View(new HostStorage(DType.F32, length, OFFSET, array, new Pool()), shifted);
    }

    static float[] random(int length, int seed) {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat(-1, 1);
        }
        return values;
    }
}
