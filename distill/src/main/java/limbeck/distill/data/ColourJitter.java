package limbeck.distill.data;

import limbeck.tensor.Key;

/** {@link Augment#colour}. */
record ColourJitter(float brightness, float contrast, float saturation) implements Augment {
    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    ColourJitter {
        for (float x : new float[] {brightness, contrast, saturation}) {
            if (!(x >= 0 && x <= 1)) {
                throw new IllegalArgumentException("augment: colour change " + x + " is not within 0 to 1");
            }
        }
    }

    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        int plane = height * width;
        int size = channels * plane;
        float bright = factor(brightness, key.uniform(0));
        for (int i = 0; i < size; i++) {
            image[i] *= bright;
        }
        greys(image, channels, plane, scratch);
        double sum = 0;
        for (int p = 0; p < plane; p++) {
            sum += scratch[p];
        }
        float mean = (float) (sum / plane);
        float wide = factor(contrast, key.uniform(1));
        for (int i = 0; i < size; i++) {
            image[i] = mean + (image[i] - mean) * wide;
        }
        if (channels == 3) {
            greys(image, channels, plane, scratch);
            float colourful = factor(saturation, key.uniform(2));
            for (int i = 0; i < size; i++) {
                image[i] = scratch[i % plane] + (image[i] - scratch[i % plane]) * colourful;
            }
        }
        for (int i = 0; i < size; i++) {
            image[i] = Math.clamp(image[i], 0f, 1f);
        }
    }

    private static float factor(float change, float uniform) {
        return 1 + change * (2 * uniform - 1);
    }

    /** The grey of every pixel: weighted for three channels, else the plain mean. */
    private static void greys(float[] image, int channels, int plane, float[] out) {
        for (int p = 0; p < plane; p++) {
            if (channels == 3) {
                out[p] = RED * image[p] + GREEN * image[plane + p] + BLUE * image[2 * plane + p];
            } else {
                float sum = 0;
                for (int c = 0; c < channels; c++) {
                    sum += image[c * plane + p];
                }
                out[p] = sum / channels;
            }
        }
    }
}
