package limbeck.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import limbeck.tensor.Device;
import limbeck.tensor.Key;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.LayerNorm;
import limbeck.tensor.op.LayerNormGradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layer norm where its numbers are hard; the op table has its sizes and layouts. */
final class LayerNormKernelsTest {
    private static final Key KEY = Key.of(20265);
    private static final LayerNorm NORM = new LayerNorm(1e-5);

    /** A mean a thousand times the deviation drowns a variance that is a difference of squares; the distances keep their digits. */
    @ParameterizedTest
    @ValueSource(ints = {7, 512, 40_000})
    void aLargeMeanLeavesTheVariance(int n) {
        Tensor x = Device.cpu().normal(KEY, 5, n).add(1000);
        Tensor weight = Device.cpu().normal(KEY.split("weight"), n);
        Tensor bias = Device.cpu().normal(KEY.split("bias"), n);
        Tensor exact = x.to(Device.reference());
        double[] expected = exact.apply(NORM, List.of(weight.to(Device.reference()), bias.to(Device.reference()))).toDoubles();
        // The mean is rounded to 2^-15, and multiplied by weights of up to 5.
        assertArrayEquals(expected, x.apply(NORM, List.of(weight, bias)).toDoubles(), 5 * 0x1p-14);
    }

    /** A row without deviation has its bias as the result, and a NaN stays in its row. */
    @Test
    void aRowIsNormalizedAlone() {
        Tensor x = Device.cpu().tensor(new float[] {3, 3, 3, 3, 1, Float.NaN, 2, 3, 4, 5, 6, 7}, 3, 4);
        Tensor weight = Device.cpu().tensor(new float[] {1, 2, 3, 4}, 4);
        Tensor bias = Device.cpu().tensor(new float[] {5, 6, 7, 8}, 4);
        float[] y = x.apply(NORM, List.of(weight, bias)).toFloats();
        for (int i = 0; i < 4; i++) {
            assertEquals(5 + i, y[i]);
            assertTrue(Float.isNaN(y[4 + i]));
            assertTrue(Float.isFinite(y[8 + i]));
        }
        float[] gradients = x.apply(new LayerNormGradients(1e-5), List.of(weight, x.slice(0, 0, 1).expand(x.shape()))).toFloats();
        assertEquals(3 * 4 + 2 * 4, gradients.length);
        for (int i = 0; i < 4; i++) {
            assertTrue(Float.isFinite(gradients[i]));
            assertTrue(Float.isNaN(gradients[4 + i]));
            assertEquals(9, gradients[12 + i], "the gradient of the bias");
            assertTrue(Float.isNaN(gradients[16 + i]), "the gradient of the weight");
        }
    }

    /** The middle rows of a tensor, whose numbers begin inside its memory. */
    @Test
    void aSliceIsComputedWhereItLies() {
        Tensor x = Device.cpu().normal(KEY, 9, 33);
        Tensor weight = Device.cpu().normal(KEY.split("weight"), 2, 33);
        List<Tensor> parameters = List.of(weight.select(0, 1), weight.select(0, 0));
        assertArrayEquals(x.apply(NORM, parameters).slice(0, 4, 8).toFloats(), x.slice(0, 4, 8).apply(NORM, parameters).toFloats());
    }
}
