package limbeck.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

final class KeyTest {
    private static final int SAMPLES = 1 << 20;

    /** The vectors published with Random123, the authors' own implementation. */
    @Test
    void philoxGivesThePublishedKnownAnswers() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, philox(0, 0, 0, 0, 0, 0));
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, philox(-1, -1, -1, -1, -1, -1));
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    @Test
    void bitsAreTheWordsOfConsecutiveBlocks() {
        assertEquals(0x6627e8d5, Key.of(0).bits(0));
        assertEquals(0x9b00dbd8, Key.of(0).bits(3));
        var key = Key.of(0x299f31d0a4093822L);
        long block = 0x123456789abcdefL;
        int[] words = philox(0x89abcdef, 0x01234567, 0, 0, 0xa4093822, 0x299f31d0);
        for (int w = 0; w < 4; w++) {
            assertEquals(words[w], key.bits(4 * block + w));
        }
        assertEquals(philox(-1, 0x3fffffff, 0, 0, 0xa4093822, 0x299f31d0)[3], key.bits(-1), "counters are unsigned");
    }

    /** Pinned bits: a stored seed, a cached teacher output and the CUDA kernels rely on them. */
    @Test
    void theStreamsNeverChange() {
        assertEquals(0xD365D6596E5723E1L, Key.of(42).split("block3.dropout").value());
        assertEquals(0x5281C34E4C78C45FL, Key.of(42).split(7).value());
        assertEquals(0.32706332f, Key.of(42).uniform(5));
        assertEquals(0.19401895606956646, Key.of(42).gaussian(0));
        assertEquals(0.9701897898778522, Key.of(42).gaussian(1));
        assertArrayEquals(new int[] {2, 5, 1, 7, 4, 3, 9, 8, 6, 0}, Key.of(42).permutation(10));
    }

    @Test
    void uniformHasTheMomentsAndRangeOfTheUniformDistribution() {
        var u = new float[SAMPLES];
        Key.of(1).uniform(u, 0, u.length, 0);
        double sum = 0;
        double squares = 0;
        double neighbours = 0;
        for (int i = 0; i < SAMPLES; i++) {
            assertTrue(u[i] >= 0 && u[i] < 1);
            sum += u[i];
            squares += (u[i] - 0.5) * (u[i] - 0.5);
            neighbours += (u[i] - 0.5) * (u[(i + 1) % SAMPLES] - 0.5);
        }
        assertEquals(0.5, sum / SAMPLES, 5 * 0.2887 / 1024);
        assertEquals(1.0 / 12, squares / SAMPLES, 5 * 0.0745 / 1024);
        assertEquals(0, neighbours / SAMPLES, 5 * 0.0833 / 1024);
    }

    @Test
    void gaussianHasTheMomentsOfTheNormalDistribution() {
        var key = Key.of(2);
        var moments = new double[5];
        double pairs = 0;
        for (int i = 0; i < SAMPLES; i += 2) {
            double x = key.gaussian(i);
            double y = key.gaussian(i + 1);
            for (int p = 1; p <= 4; p++) {
                moments[p] += (Math.pow(x, p) + Math.pow(y, p)) / SAMPLES;
            }
            pairs += x * y / SAMPLES * 2;
        }
        // Five standard errors of the p-th moment of n normals, sqrt((E x^2p - (E x^p)^2) / n).
        assertEquals(0, moments[1], 5 * Math.sqrt(1.0 / SAMPLES));
        assertEquals(1, moments[2], 5 * Math.sqrt(2.0 / SAMPLES));
        assertEquals(0, moments[3], 5 * Math.sqrt(15.0 / SAMPLES));
        assertEquals(3, moments[4], 5 * Math.sqrt(96.0 / SAMPLES));
        assertEquals(0, pairs, 5 * Math.sqrt(2.0 / SAMPLES));
    }

    @Test
    void gaussianPassesKolmogorovSmirnov() {
        var x = new float[SAMPLES];
        Key.of(3).gaussian(x, 0, x.length, 0);
        Arrays.sort(x);
        double distance = 0;
        for (int i = 0; i < SAMPLES; i++) {
            double cdf = normalCdf(x[i]);
            distance = Math.max(distance, Math.max(cdf - (double) i / SAMPLES, (double) (i + 1) / SAMPLES - cdf));
        }
        // The critical value at the 0.1 % level.
        assertTrue(distance * Math.sqrt(SAMPLES) < 1.95, "sqrt(n) D = " + distance * Math.sqrt(SAMPLES));
    }

    @Test
    void theOwnFunctionsAreCorrectToTheLastBits() {
        for (int i = 0; i < 100_000; i++) {
            double u = ((Key.of(4).bits(i) & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
            double x = (u - 0.5) * Math.PI / 2;
            assertEquals(Math.log(u), Key.log(u), 3 * Math.ulp(Math.log(u)));
            assertEquals(Math.sin(x), Key.sin(x), 2 * Math.ulp(Math.sin(x)));
            assertEquals(Math.cos(x), Key.cos(x), 2 * Math.ulp(Math.cos(x)));
        }
        assertEquals(Math.log(0x1p-33), Key.log(0x1p-33), 1e-14);
        assertEquals(-0x1p-33, Key.log(1 - 0x1p-33), 1e-19);
    }

    @Test
    void childrenAreDistinctAndUncorrelated() {
        var parent = Key.of(5);
        var seen = new HashSet<Key>();
        seen.add(parent);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(seen.add(parent.split(i)));
            assertTrue(seen.add(parent.split("layer" + i)));
        }
        assertNotEquals(parent.split("a.b"), parent.split("a").split("b"));
        assertNotEquals(parent.split("a").split("b"), parent.split("b").split("a"));
        assertEquals(parent.split("größe"), Key.of(5).split("größe"));

        var families = new Key[] {parent, parent.split(0), parent.split(1), parent.split("a"), parent.split("b"), Key.of(6)};
        int n = 1 << 16;
        for (int a = 0; a < families.length; a++) {
            for (int b = 0; b < a; b++) {
                double product = 0;
                for (int i = 0; i < n; i++) {
                    product += (families[a].uniform(i) - 0.5) * (families[b].uniform(i) - 0.5);
                }
                assertEquals(0, product / n, 5 / 12.0 / Math.sqrt(n), "streams " + a + " and " + b);
            }
        }
    }

    @Test
    void bulkEqualsSingleAtAnyAlignment() {
        var key = Key.of(6).split("bulk");
        for (long first : new long[] {0, 1, 2, 3, 6, (1L << 34) - 3, Long.MAX_VALUE - 2, -5}) {
            for (int length : new int[] {0, 1, 3, 4, 5, 17, 63}) {
                var uniforms = new float[length + 3];
                var normals = new float[length + 3];
                key.uniform(uniforms, 2, 2 + length, first);
                key.gaussian(normals, 2, 2 + length, first);
                for (int i = 0; i < length; i++) {
                    assertEquals(key.uniform(first + i), uniforms[2 + i]);
                    assertEquals((float) key.gaussian(first + i), normals[2 + i]);
                }
                assertEquals(0, uniforms[1] + uniforms[2 + length] + normals[1] + normals[2 + length], "written outside the range");
            }
        }
        assertThrows(IndexOutOfBoundsException.class, () -> key.uniform(new float[3], 1, 4, 0));
    }

    @Test
    void belowCoversItsRangeEvenly() {
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[Key.of(7).below(7, i)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 5 * 93);
        }
        assertEquals(0, Key.of(7).below(1, 9));
        assertTrue(Key.of(7).below(Integer.MAX_VALUE, 9) >= 0);
        var error = assertThrows(IllegalArgumentException.class, () -> Key.of(7).below(0, 0));
        assertEquals("below: the bound is 0, but a draw needs a bound of at least 1.", error.getMessage());
    }

    @Test
    void permutationHoldsEveryIndexOnceAndFavoursNone() {
        for (int n : new int[] {0, 1, 2, 3, 17, 1000}) {
            int[] order = Key.of(8).permutation(n);
            var sorted = order.clone();
            Arrays.sort(sorted);
            for (int i = 0; i < n; i++) {
                assertEquals(i, sorted[i]);
            }
        }
        var counts = new int[6];
        for (int i = 0; i < 12_000; i++) {
            int[] order = Key.of(8).split(i).permutation(3);
            counts[2 * order[0] + (order[1] > order[2] ? 1 : 0)]++;
        }
        for (int count : counts) {
            assertEquals(2_000, count, 5 * 41);
        }
        assertThrows(IllegalArgumentException.class, () -> Key.of(8).permutation(-1));
    }

    private static int[] philox(int c0, int c1, int c2, int c3, int k0, int k1) {
        var words = new int[4];
        Key.philox(c0, c1, c2, c3, k0, k1, words);
        return words;
    }

    /** The normal distribution function, by the series phi(x) (x + x^3/3 + x^5/(3 5) + ...), exact enough for |x| below 7. */
    private static double normalCdf(double x) {
        double term = x;
        double sum = x;
        for (int k = 3; k < 120; k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
