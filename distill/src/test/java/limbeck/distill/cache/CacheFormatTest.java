package limbeck.distill.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import limbeck.tensor.Key;
import org.junit.jupiter.api.Test;

class CacheFormatTest {
    private static float[] throughBytes(CacheFormat format, float... values) {
        // A row in the middle of others, on both sides.
        var wide = new float[values.length + 5];
        System.arraycopy(values, 0, wide, 2, values.length);
        ByteBuffer bytes = ByteBuffer.allocateDirect(format.bytes(values.length) + 7).order(ByteOrder.LITTLE_ENDIAN).position(3);
        format.put(wide, 2, values.length, bytes);
        assertEquals(3 + format.bytes(values.length), bytes.position(), "bytes written");
        bytes.position(3);
        var read = new float[values.length + 5];
        format.get(bytes, read, 1, values.length);
        assertEquals(3 + format.bytes(values.length), bytes.position(), "bytes read");
        var row = new float[values.length];
        System.arraycopy(read, 1, row, 0, row.length);
        return row;
    }

    @Test
    void f32KeepsEveryBit() {
        float[] values = {0f, -0f, 1e-45f, -3.4028235e38f, 0.1f, Float.NaN, Float.NEGATIVE_INFINITY};
        assertArrayEquals(values, throughBytes(CacheFormat.F32, values));
        assertEquals(28, CacheFormat.F32.bytes(7));
    }

    @Test
    void f16IsOffByOnePartIn2048AtMost() {
        Key key = Key.of(5);
        for (int i = 0; i < 20_000; i++) {
            float exact = (float) (key.gaussian(2 * i) * Math.exp(4 * key.gaussian(2 * i + 1)));
            if (Math.abs(exact) < 65504) {
                float half = throughBytes(CacheFormat.F16, exact)[0];
                assertTrue(Math.abs(half - exact) <= Math.max(Math.abs(exact) / 2048, 0x1p-25f), exact + " became " + half);
            }
        }
        assertArrayEquals(new float[] {65504, -65504, 1, 1, 1 + 0x1p-9f, 0x1p-24f, 0}, throughBytes(CacheFormat.F16, 65519.996f, -65504, 1,
                1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 0x1p-24f, 0x1p-26f));
    }

    @Test
    void f16RefusesWhatItCannotHold() {
        var refused = assertThrows(ArithmeticException.class, () -> throughBytes(CacheFormat.F16, 1, 65520));
        assertEquals("cache: the teacher shows 65520.0, and f16 holds numbers up to 65504; choose f32", refused.getMessage());
        assertThrows(ArithmeticException.class, () -> throughBytes(CacheFormat.F16, Float.NaN));
    }

    /** Logits whose exponentials are 8, 4, 3, 2 and 1: what the two largest leave, 6, is three times 2. */
    @Test
    void topKSpreadsWhatIsLeftEvenly() {
        float[] logits = {(float) Math.log(3), (float) Math.log(8), (float) Math.log(1), (float) Math.log(4), (float) Math.log(2)};
        float rest = 0.6931472f;
        assertArrayEquals(new float[] {rest, logits[1], rest, logits[3], rest}, throughBytes(CacheFormat.parse("top-2"), logits), 1e-7f);
        assertEquals(2 * 6 + 4, CacheFormat.parse("top-2").bytes(5));
    }

    @Test
    void topKKeepsTheProbabilitiesOfTheLargest() {
        var key = Key.of(11);
        for (int k : new int[] {1, 3, 7, 99, 100, 200}) {
            var logits = new float[100];
            key.split(k).gaussian(logits, 0, 100, 0);
            float[] shown = throughBytes(new TopK(k), logits);
            double[] before = softmax(logits);
            double[] after = softmax(shown);
            double smallest = IntStream.range(0, 100).mapToDouble(c -> logits[c]).sorted().skip(Math.max(0, 100 - k)).findFirst().orElseThrow();
            for (int c = 0; c < 100; c++) {
                if (logits[c] >= smallest) {
                    assertEquals(logits[c], shown[c]);
                    assertEquals(before[c], after[c], 1e-7, "k " + k);
                } else {
                    assertTrue(shown[c] <= smallest);
                }
            }
        }
    }

    @Test
    void topKPrefersTheLowerOfEqualClasses() {
        // The others are equal to the kept ones: all stays as it is. Far below, exp is 0 but the rest is still known.
        assertArrayEquals(new float[] {2, 2, 2, 2}, throughBytes(new TopK(2), 2, 2, 2, 2), 1e-6f);
        float[] shown = throughBytes(new TopK(1), 5, 5, -10_000, -10_000);
        assertEquals(5, shown[0]);
        assertEquals(5 - (float) Math.log(3), shown[1], 1e-6f);
        assertArrayEquals(new float[] {10_000, -10_000, -10_000}, throughBytes(new TopK(1), 10_000, -10_000, -10_000));
        assertArrayEquals(new float[] {3}, throughBytes(new TopK(4), 3f));
    }

    @Test
    void topKRefusesWhatHasNoOrder() {
        assertThrows(ArithmeticException.class, () -> throughBytes(new TopK(2), 1, Float.NaN, 3));
        assertThrows(ArithmeticException.class, () -> throughBytes(new TopK(2), 1, Float.NEGATIVE_INFINITY, 3));
        assertThrows(IllegalArgumentException.class, () -> new TopK(2).bytes(65_537));
        assertEquals(65_535, indexOfLargest(throughBytes(new TopK(1), largestLast(65_536))));
    }

    @Test
    void namesAreReadBack() {
        for (String text : new String[] {"f32", "f16", "top-1", "top-12345"}) {
            assertEquals(text, CacheFormat.parse(text).toString());
        }
        for (String text : new String[] {"", "F32", "top-0", "top-", "top-123456", "top--1", "f64"}) {
            String sentence = assertThrows(IllegalArgumentException.class, () -> CacheFormat.parse(text)).getMessage();
            assertTrue(sentence.contains("choose f32, f16 or top-K"), sentence);
        }
    }

    private static float[] largestLast(int count) {
        var values = new float[count];
        values[count - 1] = 1;
        return values;
    }

    private static int indexOfLargest(float[] values) {
        int best = 0;
        for (int i = 0; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    private static double[] softmax(float[] logits) {
        double sum = 0;
        var exp = new double[logits.length];
        for (int c = 0; c < logits.length; c++) {
            sum += exp[c] = Math.exp(logits[c]);
        }
        for (int c = 0; c < logits.length; c++) {
            exp[c] /= sum;
        }
        return exp;
    }
}
