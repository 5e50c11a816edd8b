package limbeck.tensor;

/**
 * The memory of a device's tensors that belong to a {@link Scope}. Tensors outside any scope belong to the garbage
 * collector and are not counted.
 *
 * @param inUse bytes of live tensors
 * @param peak the most bytes of live tensors since the last look
 * @param pooled bytes held for the next tensors
 */
public record Memory(long inUse, long peak, long pooled) {
}
