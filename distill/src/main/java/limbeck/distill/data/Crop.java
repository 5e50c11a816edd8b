package limbeck.distill.data;

import limbeck.tensor.Key;

/** {@link Augment#crop}. */
record Crop(int padding) implements Augment {
    Crop {
        if (padding < 0) {
            throw new IllegalArgumentException("augment: crop:" + padding + " is negative, expected 0 or more pixels of padding");
        }
    }

    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        if (padding >= Math.min(height, width)) {
            throw new IllegalArgumentException("augment: crop:" + padding + " cannot mirror an image of " + height + " by " + width
                + "; use a padding below " + Math.min(height, width));
        }
        int dy = key.below(2 * padding + 1, 0) - padding;
        int dx = key.below(2 * padding + 1, 1) - padding;
        System.arraycopy(image, 0, scratch, 0, channels * height * width);
        for (int c = 0, i = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                int row = (c * height + mirror(y + dy, height)) * width;
                for (int x = 0; x < width; x++) {
                    image[i++] = scratch[row + mirror(x + dx, width)];
                }
            }
        }
    }

    /** A position beyond the border as the position it mirrors; the border itself is not repeated. */
    private static int mirror(int position, int length) {
        return position < 0 ? -position : position >= length ? 2 * (length - 1) - position : position;
    }
}
