package limbeck.distill;

/**
 * A place in a model whose output an objective wants to see.
 *
 * @param side whose model
 * @param path the layer's path, such as {@code layer3.1.conv2}
 */
public record Tap(Side side, String path) {
    /** Whose model a tap is in. */
    public enum Side {
        /** The model that learns. */
        STUDENT,
        /** The model that is learned from. */
        TEACHER
    }

    /**
     * A place in the student.
     *
     * @param path the layer's path
     * @return the tap
     */
    public static Tap student(String path) {
        return new Tap(Side.STUDENT, path);
    }

    /**
     * A place in the teacher.
     *
     * @param path the layer's path
     * @return the tap
     */
    public static Tap teacher(String path) {
        return new Tap(Side.TEACHER, path);
    }
}
