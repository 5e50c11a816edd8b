package limbeck.distill.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import limbeck.tensor.Key;
import org.junit.jupiter.api.Test;

class AugmentTest {
    private static final float[] TINY = {1, 2, 3, 4, 5, 6};   // 2 rows, 3 columns
    private static final Key KEY = Key.of(3);

    private static float[] apply(Augment augment, float[] image, int channels, int height, int width, Key key) {
        float[] out = image.clone();
        var scratch = new float[image.length];
        Arrays.fill(scratch, Float.NaN);
        augment.apply(out, channels, height, width, scratch, key);
        return out;
    }

    private static Set<List<Float>> outcomes(Augment augment, float[] image, int channels, int height, int width) {
        var seen = new HashSet<List<Float>>();
        for (int i = 0; i < 300; i++) {
            var row = apply(augment, image, channels, height, width, KEY.split(i));
            var list = new ArrayList<Float>();
            for (float x : row) {
                list.add(x);
            }
            seen.add(list);
        }
        return seen;
    }

    @Test
    void shiftMovesAndFillsWithZero() {
        assertEquals(Set.of(
            List.of(1f, 2f, 3f, 4f, 5f, 6f), List.of(0f, 1f, 2f, 0f, 4f, 5f), List.of(2f, 3f, 0f, 5f, 6f, 0f),
            List.of(0f, 0f, 0f, 1f, 2f, 3f), List.of(0f, 0f, 0f, 0f, 1f, 2f), List.of(0f, 0f, 0f, 2f, 3f, 0f),
            List.of(4f, 5f, 6f, 0f, 0f, 0f), List.of(0f, 4f, 5f, 0f, 0f, 0f), List.of(5f, 6f, 0f, 0f, 0f, 0f)),
            outcomes(Augment.shift(1), TINY, 1, 2, 3));
    }

    @Test
    void shiftMovesEveryChannelAlikeAndMayEmptyTheImage() {
        var two = new float[] {1, 2, 3, 4, 11, 12, 13, 14};
        for (List<Float> image : outcomes(Augment.shift(3), two, 2, 2, 2)) {
            for (int i = 0; i < 4; i++) {
                assertEquals(image.get(i) == 0 ? 0 : image.get(i) + 10, image.get(i + 4));
            }
        }
        assertTrue(outcomes(Augment.shift(3), two, 2, 2, 2).contains(List.of(0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f)));
    }

    @Test
    void cropMirrorsAtTheBorder() {
        assertEquals(Set.of(List.of(1f, 2f, 3f), List.of(2f, 1f, 2f), List.of(2f, 3f, 2f)), outcomesOfRow(Augment.crop(1)));
        assertThrows(IllegalArgumentException.class, () -> apply(Augment.crop(2), TINY, 1, 2, 3, KEY));
    }

    /** The middle row of an image of equal rows, in which a move up or down does not show. */
    private static Set<List<Float>> outcomesOfRow(Augment augment) {
        var rows = new HashSet<List<Float>>();
        outcomes(augment, new float[] {1, 2, 3, 1, 2, 3, 1, 2, 3}, 1, 3, 3).forEach(image -> rows.add(image.subList(3, 6)));
        return rows;
    }

    @Test
    void flipMirrorsRows() {
        assertEquals(Set.of(List.of(1f, 2f, 3f, 4f, 5f, 6f), List.of(3f, 2f, 1f, 6f, 5f, 4f)), outcomes(Augment.flip(), TINY,
            1, 2, 3));
    }

    @Test
    void noiseHasTheDeviationAskedFor() {
        float[] noisy = apply(Augment.noise(0.5f), new float[10_000], 1, 100, 100, KEY);
        double squares = 0;
        for (float x : noisy) {
            squares += x * x;
        }
        assertEquals(0.5, Math.sqrt(squares / noisy.length), 0.02);
        assertArrayEquals(TINY, apply(Augment.noise(0), TINY, 1, 2, 3, KEY));
    }

    @Test
    void colourStaysInRangeAndKeepsGreysGrey() {
        var image = new float[] {0.2f, 0.9f, 0.2f, 0.1f, 0.2f, 0.5f};   // a grey and a coloured pixel
        for (int i = 0; i < 100; i++) {
            float[] out = apply(Augment.colour(0.5f, 0.5f, 1), image, 3, 1, 2, KEY.split(i));
            assertEquals(out[0], out[2], 1e-6f);
            assertEquals(out[0], out[4], 1e-6f);
            for (float x : out) {
                assertTrue(x >= 0 && x <= 1);
            }
        }
        assertArrayEquals(image, apply(Augment.colour(0, 0, 0), image, 3, 1, 2, KEY), 1e-6f);
        assertEquals(4, apply(Augment.colour(0.5f, 0.5f, 0.5f), new float[4], 1, 2, 2, KEY).length);
    }

    @Test
    void theKeyDecides() {
        Augment all = Augment.parse("shift:1,flip,noise:0.1,colour:0.1:0.1:0.1,crop:1");
        assertArrayEquals(apply(all, TINY, 1, 2, 3, KEY), apply(all, TINY, 1, 2, 3, KEY));
        assertFalse(Arrays.equals(apply(all, TINY, 1, 2, 3, KEY), apply(all, TINY, 1, 2, 3, KEY.split(1))));
        // Equal parts of a composition have randomness of their own: two shifts of one pixel reach two.
        assertTrue(outcomes(Augment.compose(Augment.shift(1), Augment.shift(1)), new float[] {0, 0, 7, 0, 0}, 1, 1,
            5).contains(List.of(7f, 0f, 0f, 0f, 0f)));
    }

    @Test
    void recipesAreReadOrRefused() {
        assertEquals(Augment.compose(Augment.shift(2), Augment.flip(), Augment.noise(0.1f)),
            Augment.parse("shift:2, flip,noise:0.1"));
        assertEquals(Augment.colour(0.1f, 0.2f, 0.3f), Augment.parse("color:0.1:0.2:0.3"));
        assertEquals(Augment.NONE, Augment.parse("none"));
        for (String bad : List.of("", "shift", "shift:x", "shift:1.5", "shift:-1", "shift:1:2", "flip:1", "rotate:3",
            "noise:-1", "noise:NaN", "colour:1:2",
            "colour:0:0:2", "flip,,flip")) {
            var e = assertThrows(IllegalArgumentException.class, () -> Augment.parse(bad), bad);
            assertTrue(e.getMessage().startsWith("augment: "), e.getMessage());
        }
    }
}
