package limbeck.distill.data;

import limbeck.tensor.Key;

/** {@link Augment#noise}. */
record Noise(float std) implements Augment {
    Noise {
        if (!(std >= 0 && Float.isFinite(std))) {
            throw new IllegalArgumentException("augment: noise:" + std + " is no standard deviation, expected 0 or more");
        }
    }

    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        int size = channels * height * width;
        key.gaussian(scratch, 0, size, 0);
        for (int i = 0; i < size; i++) {
            image[i] += std * scratch[i];
        }
    }

    @Override
    public boolean needsImages() {
        return false;
    }
}
