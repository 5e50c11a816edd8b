package limbeck.nn;

import java.util.List;
import limbeck.tensor.Tensor;
import limbeck.tensor.op.Update;
import limbeck.tensor.spi.InPlace;

/**
 * Named state of a layer that is saved with it but does not learn, such as the running mean of a batch norm.
 */
public final class Buffer {
    private Tensor tensor;
    /** What {@link BatchNorm} has made of this buffer and others, for the next call in evaluation. */
    private volatile Folding folding;

    private Buffer(Tensor tensor) {
        this.tensor = tensor;
    }

    /**
     * A buffer that starts from a tensor's values.
     *
     * @param initial the values; the buffer takes the tensor over, and no one else should hold it
     * @return the buffer; it belongs to no scope
     */
    public static Buffer of(Tensor initial) {
        return new Buffer(InPlace.own(initial));
    }

    /**
     * The value. It changes under whoever holds it when the buffer is updated.
     *
     * @return a tensor
     */
    public Tensor tensor() {
        return tensor;
    }

    Folding folding() {
        return folding;
    }

    void folding(Folding folding) {
        this.folding = folding;
    }

    /**
     * Replaces the value: a loaded one, or one on another device.
     *
     * @param value a tensor of the same shape, taken over
     * @throws IllegalArgumentException if the shape differs
     */
    public void set(Tensor value) {
        if (!value.shape().equals(tensor.shape())) {
            throw new IllegalArgumentException("buffer: cannot set a value of shape " + value.shape() + " on one of shape " + tensor.shape());
        }
        tensor = InPlace.own(value);
    }

    /**
     * Changes the value in place.
     *
     * @param rule a rule without running values, such as {@link Update.Average}
     * @param toward what it follows, of the same shape
     * @throws IllegalArgumentException if the shape differs, or the rule keeps running values
     */
    public void update(Update rule, Tensor toward) {
        InPlace.update(rule, tensor, toward, List.of());
    }

    /**
     * How one buffer is to change.
     *
     * @param buffer the buffer
     * @param rule a rule without running values
     * @param toward what it follows, of the same shape
     */
    public record Change(Buffer buffer, Update rule, Tensor toward) {
    }

    /**
     * Changes several buffers in place, in one go.
     *
     * @param changes one for each buffer
     * @throws IllegalArgumentException if a shape differs, or a rule keeps running values; nothing has changed then
     */
    public static void update(List<Change> changes) {
        InPlace.update(changes.stream().map(change -> new Update.Change<>(change.rule, change.buffer.tensor, change.toward, List.of())).toList());
    }

    /** {@return the tensor's text} */
    @Override
    public String toString() {
        return "buffer " + tensor;
    }
}
