package limbeck.tensor.spi;

import java.util.List;
import limbeck.tensor.DType;
import limbeck.tensor.Memory;
import limbeck.tensor.op.FusedOp;
import limbeck.tensor.op.KernelOp;
import limbeck.tensor.op.Update;

/**
 * A device's arithmetic: memory, and one switch over the ops. Shapes and types have been checked before; a backend
 * computes. It owns its kind of storage, and nothing outside it looks inside.
 */
public interface Backend {
    /**
     * Fresh memory of unspecified content.
     *
     * @param type the element type
     * @param size the number of elements
     * @return live storage
     */
    Storage allocate(DType type, int size);

    /**
     * Stops counting a storage that no scope owns: the garbage collector frees it.
     *
     * @param storage the storage
     */
    void forget(Storage storage);

    /**
     * Computes an op. The output does not overlap the inputs; all of it is written.
     *
     * @param op the op
     * @param in the operands, in any layout
     * @param out the result, dense
     */
    void run(KernelOp op, List<View> in, View out);

    /**
     * Whether this backend has a kernel for a fused op on these operands. Where not, the op is computed as the ops that it is
     * composed of.
     *
     * @param op the op
     * @param in the operands
     * @return by default false
     */
    default boolean fuses(FusedOp op, List<View> in) {
        return false;
    }

    /**
     * Computes an op that it {@link #fuses}.
     *
     * @param op the op
     * @param in the operands
     * @param out the result, dense
     */
    default void run(FusedOp op, List<View> in, View out) {
        throw new UnsupportedOperationException(op.name() + " has no kernel here");
    }

    /**
     * Changes tensors in place: the step of an optimizer.
     *
     * @param changes what to change by which rule; nothing in them overlaps what another one changes
     */
    void update(List<Update.Change<View>> changes);

    /**
     * Copies elements in from Java. The array's type must be that of {@link Storage#type}: float[] (F32), double[] (F64),
     * int[] (I32), byte[] (I8, BOOL) or short[] (BF16 and F16 bits).
     *
     * @param source the array; its first elements are taken
     * @param to dense row-major storage
     */
    void write(Object source, Storage to);

    /**
     * Copies elements out as doubles, in row-major order.
     *
     * @param from the tensor, in any layout
     * @param target the array to fill
     */
    void read(View from, double[] target);

    /**
     * Copies elements out as floats, in row-major order.
     *
     * @param from the tensor, in any layout
     * @param target the array to fill
     */
    void read(View from, float[] target);

    /**
     * The type of floating-point numbers in which this backend computes.
     *
     * @return F32 or F64
     */
    DType defaultFloat();

    /**
     * How large the tensors that pass from op to op may be for the next op to find them near the arithmetic.
     *
     * @return bytes of a tensor; by default as many as there are
     */
    default long near() {
        return Long.MAX_VALUE;
    }

    /**
     * What its tensors take.
     *
     * @return bytes in use, at most since the last call, and free
     */
    Memory memory();

    /** Drops the free memory that it holds for later. */
    void trim();

    /**
     * Connects devices that can exchange tensors by themselves.
     *
     * @param all the backends of some ranks, this one first; not all need be of this kind
     * @return an end for each rank; none, as by default, where tensors must go through Java
     * @throws IllegalStateException in one sentence, if they could, but something is missing
     */
    default List<Link> connect(List<Backend> all) {
        return List.of();
    }
}
