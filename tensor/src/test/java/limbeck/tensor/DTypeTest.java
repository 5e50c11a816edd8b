package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class DTypeTest {
    @Test
    void bfloat16RoundsToNearestWithTiesToEven() {
        assertEquals(1.0, DType.BF16.round(1 + 0x1p-8));
        assertEquals(1 + 0x1p-6, DType.BF16.round(1 + 3 * 0x1p-8));
        assertEquals(1 + 0x1p-7, DType.BF16.round(Math.nextUp((float) (1 + 0x1p-8))));
        assertEquals(-1 - 0x1p-6, DType.BF16.round(-1 - 3 * 0x1p-8));
        assertEquals(Double.POSITIVE_INFINITY, DType.BF16.round(Float.MAX_VALUE));
        assertEquals(Double.NEGATIVE_INFINITY, DType.BF16.round(Double.NEGATIVE_INFINITY));
    }

    @Test
    void everyBfloat16SurvivesTheRoundTrip() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = DType.bfloat16ToFloat((short) bits);
            short back = DType.floatToBfloat16(value);
            if (Float.isNaN(value)) {
                assertTrue(Float.isNaN(DType.bfloat16ToFloat(back)), "bits " + bits);
            } else {
                assertEquals((short) bits, back, "bits " + bits);
            }
        }
    }

    @Test
    void aNanWhosePayloadIsLowStaysANan() {
        assertTrue(Float.isNaN(DType.bfloat16ToFloat(DType.floatToBfloat16(Float.intBitsToFloat(0x7F800001)))));
        assertTrue(Float.isNaN(DType.bfloat16ToFloat(DType.floatToBfloat16(Float.intBitsToFloat(0xFFFFFFFF)))));
    }

    @Test
    void integersTruncateAndSaturate() {
        assertEquals(-1, DType.I32.round(-1.9));
        assertEquals(Integer.MAX_VALUE, DType.I32.round(1e10));
        assertEquals(0, DType.I32.round(Double.NaN));
        assertEquals(127, DType.I8.round(1e10));
        assertEquals(-128, DType.I8.round(Double.NEGATIVE_INFINITY));
        assertEquals(1, DType.BOOL.round(-0.25));
        assertEquals(0, DType.BOOL.round(-0.0));
    }

    @Test
    void floatsRoundToTheirPrecision() {
        assertEquals(0.1f, DType.F32.round(0.1));
        assertEquals(0.1, DType.F64.round(0.1));
        assertEquals(2048, DType.F16.round(2049));
        assertEquals(0x1p-24, DType.F16.round(0x1.8p-25));
    }

    @Test
    void onlyFloatsAreFloating() {
        assertTrue(DType.F32.isFloating() && DType.F64.isFloating() && DType.BF16.isFloating() && DType.F16.isFloating());
        assertFalse(DType.I8.isFloating() || DType.I32.isFloating() || DType.BOOL.isFloating());
    }
}
