package limbeck.tensor.spi;

import java.util.List;

/** One device's end of a connection between several: how a backend exchanges tensors without Java. */
public interface Link extends AutoCloseable {
    /**
     * Adds up over all ends, in place. All ends are called with the same shapes and types, each by a thread of its own.
     *
     * @param tensors dense, in row-major order, on this end's device
     */
    void sum(List<View> tensors);

    /**
     * Takes over the elements of one end, in place. All ends are called likewise.
     *
     * @param tensors dense, in row-major order, on this end's device
     * @param from the number of the end whose elements count
     */
    void broadcast(List<View> tensors, int from);

    /** Ends the connection; nobody uses any end any more. */
    @Override
    void close();
}
