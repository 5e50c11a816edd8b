package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import limbeck.tensor.Precision;
import limbeck.tensor.cpu.Im2col.Axis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConvFormTest {
    private static final float[] NONE = {};

    private final Precision before = Precision.current();

    @BeforeEach
    void vectors() {
        Assumptions.assumeTrue(Simd.available(), "without vectors there is nothing to choose from");
    }

    @AfterEach
    void restore() {
        Precision.use(before);
    }

    /** Columns: images, channels, height, width, output channels; the forms expected, for the weights last. */
    @ParameterizedTest
    @CsvSource({
        // The stages of a ResNet-20: at 16 channels the exact form does not repay its transforms.
        "128, 16, 32, 32, 16, DIRECT, WINOGRAD_4, DIRECT, WINOGRAD_4",
        "128, 32, 16, 16, 32, WINOGRAD_2, WINOGRAD_4, DIRECT, WINOGRAD_4",
        "128, 64, 8, 8, 64, WINOGRAD_2, WINOGRAD_4, DIRECT, WINOGRAD_4",
        // Tiles of 4 that cover lines of 9 badly, and images too few or too small.
        "16, 32, 9, 9, 16, DIRECT, DIRECT, DIRECT, DIRECT",
        "1, 64, 8, 8, 64, DIRECT, DIRECT, PACKED, PACKED",
        "64, 64, 2, 2, 64, WINOGRAD_2, PACKED, PACKED, PACKED",
        // Kernels that are many for so few tiles.
        "8, 512, 7, 7, 512, PACKED, PACKED, PACKED, PACKED",
        // Channels that are not whole vectors.
        "128, 3, 32, 32, 16, PACKED, PACKED, PLANES, PLANES",
        "128, 3, 32, 32, 18, PACKED, PACKED, PACKED, PACKED",
    })
    void fastestFormThatIsExactEnough(int n, int c, int h, int w, int k, ConvForm strict, ConvForm fp32, ConvForm strictWeights,
            ConvForm fp32Weights) {
        var in = new Images(NONE, 0, n, h, w, c);
        var out = new Images(NONE, 0, n, h, w, k);
        var axis = new Axis(3, 1, 1, 1);
        Precision.use(Precision.STRICT);
        assertEquals(strict, ConvForm.of(in, out, axis, axis, false));
        assertEquals(strictWeights, ConvForm.ofWeights(in, out, axis, axis));
        Precision.use(Precision.FP32);
        assertEquals(fp32, ConvForm.of(in, out, axis, axis, false));
        assertEquals(fp32Weights, ConvForm.ofWeights(in, out, axis, axis));
        // A stride leaves only the product.
        var stride = new Axis(3, 2, 1, 1);
        assertEquals(ConvForm.PACKED, ConvForm.of(in, out, stride, axis, false));
    }

    /** Columns: images, channels, extent, output channels, taps, stride, dilation; planes for few enough of them, and pixels enough. */
    @ParameterizedTest
    @CsvSource({
        "128, 16, 32, 32, 3, 2, 1, PLANES",
        "128, 32, 16, 64, 1, 2, 1, PLANES",
        "2, 3, 224, 64, 7, 2, 1, PLANES",
        "128, 16, 32, 32, 3, 2, 2, PACKED",
        "128, 16, 32, 40, 3, 2, 1, PACKED",
        "1, 16, 32, 32, 3, 2, 1, PACKED",
        "128, 512, 14, 512, 3, 2, 1, PACKED",
        "128, 1, 32, 16, 3, 1, 1, PACKED",
    })
    void weightsOfAStride(int n, int c, int extent, int k, int taps, int stride, int dilation, ConvForm expected) {
        Assumptions.assumeTrue(Simd.bits() == 512, "needs vectors of 512 bits");
        var in = new Images(NONE, 0, n, extent, extent, c);
        var out = new Images(NONE, 0, n, extent / stride, extent / stride, k);
        var axis = new Axis(taps, stride, taps / 2, dilation);
        assertEquals(expected, ConvForm.ofWeights(in, out, axis, axis));
    }

    /** In evaluation the transformed kernels are kept, and few pixels repay the rest. */
    @ParameterizedTest
    @CsvSource({
        "1, 16, 32, 16, DIRECT, WINOGRAD_4",
        "1, 64, 8, 64, WINOGRAD_2, WINOGRAD_4",
        "1, 128, 7, 128, WINOGRAD_2, WINOGRAD_4",
        "1, 64, 4, 64, PACKED, PACKED",
        "1, 512, 8, 512, DIRECT, DIRECT",
    })
    void fastestFormInEvaluation(int n, int c, int extent, int k, ConvForm strict, ConvForm fp32) {
        var in = new Images(NONE, 0, n, extent, extent, c);
        var out = new Images(NONE, 0, n, extent, extent, k);
        var axis = new Axis(3, 1, 1, 1);
        Precision.use(Precision.STRICT);
        assertEquals(strict, ConvForm.of(in, out, axis, axis, true));
        Precision.use(Precision.FP32);
        assertEquals(fp32, ConvForm.of(in, out, axis, axis, true));
    }
}
