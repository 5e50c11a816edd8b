package limbeck.distill.data;

/** What a data set hides, for tests of what must not read it yet. */
public final class Drawn {
    private Drawn() {
    }

    /** Whether any of a set's examples has been read, so that all were drawn; it must be one of drawn digits. */
    public static boolean isDrawn(Dataset digits) {
        return ((Values.Bytes) digits.values()).areMade();
    }
}
