package limbeck.tensor.spi;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;

/**
 * What a backend sees of a tensor: memory and the layout over it.
 *
 * @param storage the memory
 * @param layout where the elements lie
 */
public record View(Storage storage, Layout layout) {
    /**
     * The logical shape.
     *
     * @return the layout's shape
     */
    public Shape shape() {
        return layout.shape();
    }

    /**
     * The element type.
     *
     * @return the storage's type
     */
    public DType type() {
        return storage.type();
    }
}
