package limbeck.tensor.cpu;

/**
 * A {@link Scratch} whose floats begin a cache line, where the garbage collector lets them: what a hot loop writes and reads again.
 * Those of a thread lie in one array that is large enough for that.
 *
 * {@snippet :
 * private static final AlignedScratch TILES = new AlignedScratch();
 *
 * AlignedScratch.Piece tiles = TILES.floats(count);
 * float first = tiles.array()[tiles.offset()];
 * }
 *
 * The piece is the caller's until the same thread asks the same constant again.
 */
final class AlignedScratch {
    // Between two pieces: those of a power of two would all begin at one place of a page.
    private static final int GAP = 17 * CacheLines.FLOATS;

    private static final ThreadLocal<Room> ROOM = ThreadLocal.withInitial(Room::new);

    private final ThreadLocal<Piece> piece = ThreadLocal.withInitial(() -> Piece.NONE);

    /**
     * Floats of a thread.
     *
     * @param array holds them
     * @param offset where they begin
     * @param length how many there are
     */
    record Piece(float[] array, int offset, int length) {
        static final Piece NONE = new Piece(new float[0], 0, 0);
    }

    /** What is left of a thread's array. */
    private static final class Room {
        private float[] array = Piece.NONE.array;
        private int next;

        Piece take(int length) {
            int room = CacheLines.whole(length) + GAP;
            if (next + room > array.length) {
                array = new float[Math.max(CacheLines.START + room, CacheLines.HUMONGOUS)];
                next = CacheLines.START;
            }
            var piece = new Piece(array, next, length);
            next += room;
            return piece;
        }
    }

    /**
     * This thread's piece.
     *
     * @param length how many elements are needed
     * @return at least so many, of unspecified content
     */
    Piece floats(int length) {
        Piece last = piece.get();
        if (last.length < length) {
            // What it leaves behind is lost for as long as the array is in use: it grows in large steps.
            last = ROOM.get().take(Math.max(length, last.length + last.length / 2));
            piece.set(last);
        }
        return last;
    }
}
