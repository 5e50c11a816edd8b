package limbeck.distill.data;

import java.util.Arrays;
import limbeck.tensor.Key;

/** {@link Augment#shift}. */
record Shift(int pixels) implements Augment {
    Shift {
        if (pixels < 0 || pixels > MAX_PIXELS) {
            throw new IllegalArgumentException("augment: shift:" + pixels + ": expected 0 to " + MAX_PIXELS + " pixels");
        }
    }

    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        int dy = key.below(2 * pixels + 1, 0) - pixels;
        int dx = key.below(2 * pixels + 1, 1) - pixels;
        int size = channels * height * width;
        System.arraycopy(image, 0, scratch, 0, size);
        Arrays.fill(image, 0, size, 0);
        int columns = width - Math.abs(dx);
        if (columns <= 0) {
            return;
        }
        for (int row = 0; row < channels * height; row++) {
            int y = row % height + dy;
            if (y < 0 || y >= height) {
                continue;
            }
            int to = (row + dy) * width + Math.max(dx, 0);
            System.arraycopy(scratch, row * width + Math.max(-dx, 0), image, to, columns);
        }
    }
}
