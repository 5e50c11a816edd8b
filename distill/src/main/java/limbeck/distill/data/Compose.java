package limbeck.distill.data;

import java.util.List;
import limbeck.tensor.Key;

/** {@link Augment#compose}; without parts, {@link Augment#NONE}. */
record Compose(List<Augment> parts) implements Augment {
    Compose {
        parts = List.copyOf(parts);
    }

    @Override
    public void apply(float[] image, int channels, int height, int width, float[] scratch, Key key) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).apply(image, channels, height, width, scratch, key.split(i));
        }
    }

    @Override
    public boolean needsImages() {
        return parts.stream().anyMatch(Augment::needsImages);
    }
}
