package limbeck.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Where ranks wait for each other, each with something for the others to see. A rank that will not come is known by then. */
final class Meeting<T> {
    private final Object[] brought;
    private int present;
    private List<T> last;
    private long held;
    private IllegalStateException impossible;

    Meeting(int ranks) {
        brought = new Object[ranks];
    }

    /**
     * Waits for all others.
     *
     * @param rank who comes
     * @param thing what it brings; may be null
     * @return what all have brought, by rank
     * @throws IllegalStateException if one of them does not come any more
     */
    @SuppressWarnings("unchecked") // Only T comes in.
    synchronized List<T> meet(int rank, T thing) {
        refuse();
        brought[rank] = thing;
        present++;
        if (present == brought.length) {
            last = (List<T>) Collections.unmodifiableList(new ArrayList<>(Arrays.asList(brought)));
            Arrays.fill(brought, null);
            present = 0;
            held++;
            notifyAll();
            return last;
        }
        long awaited = held + 1;
        while (held < awaited) {
            refuse();
            try {
                wait();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                leave("collective: rank " + rank + " was interrupted while it waited for the others", null);
            }
        }
        // Nobody can hold the next one before this rank has come to it, so it is still the last.
        return last;
    }

    private void refuse() {
        if (impossible != null) {
            throw new IllegalStateException(impossible.getMessage(), impossible.getCause());
        }
    }

    /** There will be no more meetings; the first reason counts. */
    synchronized void leave(String reason, Throwable cause) {
        if (impossible == null) {
            impossible = new IllegalStateException(reason, cause);
        }
        notifyAll();
    }
}
