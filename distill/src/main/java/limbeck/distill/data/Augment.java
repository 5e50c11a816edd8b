package limbeck.distill.data;

import java.util.ArrayList;
import java.util.List;
import limbeck.tensor.Key;

/**
 * A random change to one example that leaves its meaning as it is. It works on values in [0, 1], before normalisation, and draws all
 * randomness from the key given: the same key gives the same bits.
 *
 * <pre>{@code
 * Augment augment = Augment.parse("shift:2,noise:0.05");
 * Augment same = Augment.compose(Augment.shift(2), Augment.noise(0.05f));
 * }</pre>
 *
 * <p>An augmentation of one's own is one method.
 */
@FunctionalInterface
public interface Augment {
    /** Leaves every example as it is. */
    Augment NONE = new Compose(List.of());

    /** The largest move or padding in pixels: far beyond any image, and its double is still an int. */
    int MAX_PIXELS = 100_000;

    /**
     * Changes one example in place.
     *
     * @param image    the example, (channels, height, width) row-major; may be longer
     * @param channels the number of channels
     * @param height   rows
     * @param width    columns
     * @param scratch  at least as long as the example, content of no meaning before and after
     * @param key      where the randomness comes from
     */
    void apply(float[] image, int channels, int height, int width, float[] scratch, Key key);

    /**
     * Whether this is meant for images, and so needs examples of shape (channels, height, width).
     *
     * @return true, unless any row of numbers will do
     */
    default boolean needsImages() {
        return true;
    }

    /**
     * Moves the image by up to some pixels, each way and axis equally likely, and fills with 0: the padded random crop of zeros.
     *
     * @param pixels the largest move, 0 or more
     * @return the augmentation
     * @throws IllegalArgumentException if negative
     */
    static Augment shift(int pixels) {
        return new Shift(pixels);
    }

    /**
     * Pads the image by mirroring it at its border, then cuts the original size out at a random place.
     *
     * @param padding the width of the padding in pixels, 0 or more, less than the image's sides
     * @return the augmentation
     * @throws IllegalArgumentException if negative
     */
    static Augment crop(int padding) {
        return new Crop(padding);
    }

    /**
     * Mirrors the image left to right, or not, with equal chances.
     *
     * @return the augmentation
     */
    static Augment flip() {
        return new Flip();
    }

    /**
     * Adds independent normal noise to every value; the result may leave [0, 1].
     *
     * @param std the standard deviation, 0 or more
     * @return the augmentation
     * @throws IllegalArgumentException if negative or not finite
     */
    static Augment noise(float std) {
        return new Noise(std);
    }

    /**
     * Changes brightness, contrast and saturation, in this order, each by a factor uniform in [1 - x, 1 + x], and clips to [0, 1].
     * Contrast scales the distance to the mean grey, saturation that to each pixel's own grey (weights of ITU-R BT.601); it does
     * nothing unless there are three channels.
     *
     * @param brightness largest change of the brightness factor, 0 to 1
     * @param contrast   largest change of the contrast factor, 0 to 1
     * @param saturation largest change of the saturation factor, 0 to 1
     * @return the augmentation
     * @throws IllegalArgumentException if one is not within 0 to 1
     */
    static Augment colour(float brightness, float contrast, float saturation) {
        return new ColourJitter(brightness, contrast, saturation);
    }

    /**
     * One after the other, each with randomness of its own.
     *
     * @param parts the augmentations in order
     * @return the augmentation
     */
    static Augment compose(Augment... parts) {
        return new Compose(List.of(parts));
    }

    /**
     * Reads a recipe such as {@code shift:2,flip,noise:0.1}: parts joined by commas, a part's numbers after colons. The parts:
     * {@code shift:PIXELS}, {@code crop:PADDING}, {@code flip}, {@code noise:STD}, {@code colour:BRIGHTNESS:CONTRAST:SATURATION},
     * {@code none}.
     *
     * @param recipe the recipe
     * @return the augmentation
     * @throws IllegalArgumentException if a part is not one of these, naming it
     */
    static Augment parse(String recipe) {
        var parts = new ArrayList<Augment>();
        for (String part : recipe.strip().split("\\s*,\\s*", -1)) {
            String[] words = part.split(":", -1);
            switch (words[0]) {
                case "shift" -> parts.add(shift((int) argument(words, 1, 1, part)));
                case "crop" -> parts.add(crop((int) argument(words, 1, 1, part)));
                case "flip" -> {
                    count(words, 0, part);
                    parts.add(flip());
                }
                case "noise" -> parts.add(noise((float) argument(words, 1, 1, part)));
                case "colour", "color" -> parts.add(colour((float) argument(words, 1, 3, part), (float) argument(words, 2, 3, part),
                    (float) argument(words, 3, 3, part)));
                case "none" -> count(words, 0, part);
                default -> throw new IllegalArgumentException("augment: there is no '" + part + "' in '" + recipe
                    + "'; known are shift:PIXELS, crop:PADDING, flip, noise:STD, colour:BRIGHTNESS:CONTRAST:SATURATION and none");
            }
        }
        return parts.isEmpty() ? NONE : parts.size() == 1 ? parts.getFirst() : new Compose(parts);
    }

    private static void count(String[] words, int wanted, String part) {
        if (words.length - 1 != wanted) {
            throw new IllegalArgumentException("augment: '" + part + "' has " + (words.length - 1)
                + " numbers, expected " + wanted);
        }
    }

    private static double argument(String[] words, int position, int wanted, String part) {
        count(words, wanted, part);
        try {
            double value = Double.parseDouble(words[position]);
            boolean whole = words[0].equals("shift") || words[0].equals("crop");
            if (!whole || value == Math.rint(value) && Math.abs(value) <= MAX_PIXELS) {
                return value;
            }
            throw new IllegalArgumentException("augment: '" + part + "' needs a whole number of pixels, up to " + MAX_PIXELS);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("augment: '" + words[position] + "' in '" + part + "' is not a number", e);
        }
    }
}
