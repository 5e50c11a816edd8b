package limbeck.tensor.cpu;

/**
 * A float buffer of each thread's own, to be used again by every call of a kernel. A kernel holds one constant for
 * each buffer that it needs at the same time:
 *
 * {@snippet :
 * private static final Scratch PANEL = new Scratch();
 *
 * float[] panel = PANEL.floats(rows * columns);     // this thread's, of unspecified content
 * }
 *
 * The array is the caller's until the same thread asks the same constant again.
 */
final class Scratch {
    private static final float[] NONE = {};

    private final ThreadLocal<float[]> buffer = ThreadLocal.withInitial(() -> NONE);

    /**
     * This thread's buffer.
     *
     * @param length how many elements are needed
     * @return an array of at least that length, of unspecified content
     */
    float[] floats(int length) {
        float[] array = buffer.get();
        if (array.length < length) {
            array = new float[length];
            buffer.set(array);
        }
        return array;
    }
}
