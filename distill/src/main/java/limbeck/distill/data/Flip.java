package limbeck.distill.data;

import limbeck.tensor.Key;

/** {@link Augment#flip}. */
record Flip() implements Augment {
    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        if (key.below(2, 0) == 0) {
            return;
        }
        for (int from = 0; from < channels * height * width; from += width) {
            for (int left = from, right = from + width - 1; left < right; left++, right--) {
                float value = image[left];
                image[left] = image[right];
                image[right] = value;
            }
        }
    }
}
