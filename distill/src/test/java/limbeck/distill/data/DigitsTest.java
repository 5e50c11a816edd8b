package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ForkJoinPool;
import limbeck.tensor.Key;
import limbeck.tensor.Shape;
import org.junit.jupiter.api.Test;

final class DigitsTest {
    private static final int PIXELS = 28 * 28;

    /** Pinned: a cached teacher output or a reported accuracy is for exactly these pixels. */
    @Test
    void theSameKeyGivesTheSamePixelsForEver() throws NoSuchAlgorithmException {
        var set = Digits.generate(Key.of(42), 1000);
        var sha = MessageDigest.getInstance("SHA-256");
        var image = new float[PIXELS];
        for (int i = 0; i < set.size(); i++) {
            set.read(i, image, 0);
            for (float grey : image) {
                sha.update((byte) Math.round(255 * grey));
            }
            sha.update((byte) set.label(i));
        }
        assertEquals("d14c9e33727d1b350ea1015dc4a9397dc5797202c0a0232d6b0219abc225879f", HexFormat.of().formatHex(sha.digest()));
    }

    @Test
    void thePixelsDoNotDependOnTheNumberOfThreads() {
        var prints = new String[3];
        for (int threads = 1; threads <= 3; threads++) {
            try (var pool = new ForkJoinPool(threads)) {
                prints[threads - 1] = pool.submit(() -> Digits.generate(Key.of(7), 1001).fingerprint()).join();
            }
        }
        assertEquals(prints[0], prints[1]);
        assertEquals(prints[0], prints[2]);
    }

    @Test
    void trainAndTestAreDrawnFromDifferentKeys() {
        var digits = Digits.load(Key.of(1), 300, 300);
        assertNotEquals(digits.train().fingerprint(), digits.test().fingerprint());
        assertEquals(digits.test().fingerprint(), Digits.load(Key.of(1), 10, 300).test().fingerprint());
        assertNotEquals(digits.test().fingerprint(), Digits.load(Key.of(2), 10, 300).test().fingerprint());
    }

    @Test
    void everyClassIsEquallyFrequentInRandomOrder() {
        var set = Digits.generate(Key.of(2), 2005);
        assertEquals(Shape.of(1, 28, 28), set.shape());
        assertEquals(10, set.classes());
        var counts = new int[10];
        int repeats = 0;
        for (int i = 0; i < set.size(); i++) {
            counts[set.label(i)]++;
            repeats += i > 0 && set.label(i) == set.label(i - 1) ? 1 : 0;
        }
        for (int digit = 0; digit < 10; digit++) {
            assertEquals(digit < 5 ? 201 : 200, counts[digit], "images of " + digit);
        }
        assertEquals(200, repeats, 5 * 13.4, "neighbours of one class");
    }

    @Test
    void everyImageShowsADigitOnMostlyEmptyPaper() {
        var set = Digits.generate(Key.of(3), 2000);
        var image = new float[PIXELS];
        for (int i = 0; i < set.size(); i++) {
            set.read(i, image, 0);
            int inked = 0;
            float darkest = 0;
            for (float grey : image) {
                assertTrue(grey >= 0 && grey <= 1);
                inked += grey > 0.4f ? 1 : 0;
                darkest = Math.max(darkest, grey);
            }
            assertTrue(darkest > 0.5f, "image " + i + " is pale: " + darkest);
            assertTrue(inked >= 8 && inked <= PIXELS / 2,
                    "image " + i + " of " + set.label(i) + " has " + inked + " inked pixels");
        }
        assertEquals(0.15, set.statistics().mean()[0], 0.05);
    }

    @Test
    void anyNumberOfImagesCanBeDrawn() {
        assertEquals(0, Digits.generate(Key.of(4), 0).size());
        assertEquals(1, Digits.generate(Key.of(4), 1).size());
        assertEquals(129, Digits.generate(Key.of(4), 129).size());
        var error = assertThrows(IllegalArgumentException.class, () -> Digits.generate(Key.of(4), -1));
        assertEquals("digits: cannot draw -1 images, expected 0 to 2739137.", error.getMessage());
    }

    /** Softmax regression: if it did as well as a network, there would be nothing to distil. */
    @Test
    void aLinearModelIsNotEnough() {
        var digits = Digits.load(Key.of(5));
        var model = new float[10][PIXELS + 1];
        var order = Key.of(6);
        int epochs = 12;
        for (int epoch = 0; epoch < epochs; epoch++) {
            float rate = 0.02f * (epochs - epoch) / epochs;
            for (int i : order.split(epoch).permutation(digits.train().size())) {
                learn(model, digits.train(), i, rate);
            }
        }
        int right = 0;
        for (int i = 0; i < digits.test().size(); i++) {
            float[] p = probabilities(model, input(digits.test(), i));
            int best = 0;
            for (int k = 1; k < 10; k++) {
                best = p[k] > p[best] ? k : best;
            }
            right += best == digits.test().label(i) ? 1 : 0;
        }
        double accuracy = (double) right / digits.test().size();
        assertTrue(accuracy > 0.80 && accuracy < 0.93, "test accuracy of softmax regression: " + accuracy);
    }

    private static void learn(float[][] model, Dataset set, int i, float rate) {
        float[] x = input(set, i);
        float[] p = probabilities(model, x);
        for (int k = 0; k < 10; k++) {
            float step = rate * (p[k] - (set.label(i) == k ? 1 : 0));
            for (int j = 0; j < x.length; j++) {
                model[k][j] -= step * x[j];
            }
        }
    }

    private static float[] input(Dataset set, int i) {
        var x = new float[PIXELS + 1];
        set.read(i, x, 0);
        for (int j = 0; j < PIXELS; j++) {
            x[j] -= 0.15f;
        }
        x[PIXELS] = 1;
        return x;
    }

    private static float[] probabilities(float[][] model, float[] x) {
        var p = new float[10];
        float max = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < 10; k++) {
            for (int j = 0; j < x.length; j++) {
                p[k] += model[k][j] * x[j];
            }
            max = Math.max(max, p[k]);
        }
        float sum = 0;
        for (int k = 0; k < 10; k++) {
            p[k] = (float) Math.exp(p[k] - max);
            sum += p[k];
        }
        for (int k = 0; k < 10; k++) {
            p[k] /= sum;
        }
        return p;
    }
}
