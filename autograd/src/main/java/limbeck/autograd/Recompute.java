package limbeck.autograd;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import limbeck.tensor.Scope;

/**
 * Activation recomputation, also called checkpointing (Chen et al., 2016, arXiv 1604.06174): trades time for memory. A
 * block runs without being recorded, so that none of its inner activations are kept, and runs again when backward comes
 * to it.
 *
 * {@snippet :
 * Variable y = Recompute.of(in -> block.forward(in.getFirst()), List.of(x));
 * }
 *
 * The block must compute the same again: its randomness comes from keys, and what it changes on the side (running
 * statistics) it must change once, by asking {@link #isReplaying}. Only its result outlives it; nothing else that was
 * computed inside can be touched afterwards.
 */
public final class Recompute {
    private static final ScopedValue<Boolean> REPLAYING = ScopedValue.newInstance();

    private Recompute() {
    }

    /**
     * Runs a block now, and again in backward.
     *
     * @param block a function of the operands, which may also use parameters
     * @param in the operands
     * @return the block's result
     */
    public static Variable of(Function<List<Variable>, Variable> block, List<Variable> in) {
        Tape tape = Tape.bound();
        if (tape == null) {
            return block.apply(in);
        }
        Variable result;
        try (var scope = Scope.open("recomputed block")) {
            result = Tape.paused(() -> block.apply(in));
            scope.keep(result.tensor());
        }
        var out = new Variable(new Variable.Node(), result.tensor(), true);
        tape.add(block, in, out);
        return out;
    }

    /**
     * Whether a block is being run for the second time.
     *
     * @return true inside backward
     */
    public static boolean isReplaying() {
        return REPLAYING.isBound();
    }

    static <R> R replay(Supplier<R> block) {
        return ScopedValue.where(REPLAYING, true).call(block::get);
    }
}
