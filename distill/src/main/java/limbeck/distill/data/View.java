package limbeck.distill.data;

import limbeck.tensor.Key;
import limbeck.tensor.Shape;

/** How student and teacher see an example in one epoch: read, augmented, normalised. Belongs to one thread. */
final class View {
    private final Loader loader;
    private final Key studentKey;
    private final Key teacherKey;
    private final int channels;
    private final int height;
    private final int width;
    private final float[] example;
    private final float[] scratch;

    View(Loader loader, int epoch) {
        this.loader = loader;
        studentKey = loader.studentKey(epoch);
        teacherKey = loader.teacherKey(epoch);
        Shape shape = loader.data().shape();
        int size = (int) shape.size();
        boolean image = shape.rank() == 3;
        channels = image ? shape.dim(0) : 1;
        height = image ? shape.dim(1) : 1;
        width = image ? shape.dim(2) : size;
        example = new float[size];
        scratch = new float[size];
    }

    /** Writes what the student sees of the example at a position. */
    void student(int i, float[] out, int offset) {
        see(i, loader.student(), studentKey, out, offset);
    }

    /** Writes what the teacher sees of it, where that is something else. */
    void teacher(int i, float[] out, int offset) {
        see(i, loader.teacher(), teacherKey, out, offset);
    }

    private void see(int i, Augment augment, Key key, float[] out, int offset) {
        loader.data().read(i, example, 0);
        if (key != null) {
            augment.apply(example, channels, height, width, scratch, key.split(loader.data().id(i)));
        }
        if (loader.normalisation() != null) {
            loader.normalisation().normalise(example, 0, example.length);
        }
        System.arraycopy(example, 0, out, offset, example.length);
    }
}
