package limbeck.distill.data;

import java.util.function.Supplier;

/** Where the values of a {@link Dataset} lie, and of which type they are. */
sealed interface Values {
    int length();

    /** Values stored as unsigned bytes, read as byte / 255. They may be made only when the first is read. */
    final class Bytes implements Values {
        private final int length;
        private final Supplier<byte[]> source;
        private volatile byte[] pixels;

        /** Makes the bytes when the first one is read. */
        Bytes(int length, Supplier<byte[]> source) {
            this.length = length;
            this.source = source;
        }

        @Override
        public int length() {
            return length;
        }

        /** Whether the first has been read. */
        boolean areMade() {
            return pixels != null;
        }

        byte[] pixels() {
            byte[] made = pixels;
            return made == null ? make() : made;
        }

        private synchronized byte[] make() {
            if (pixels == null) {
                pixels = source.get();
            }
            return pixels;
        }
    }

    /** Values stored as they are read. */
    record Floats(float[] floats) implements Values {
        @Override
        public int length() {
            return floats.length;
        }
    }
}
