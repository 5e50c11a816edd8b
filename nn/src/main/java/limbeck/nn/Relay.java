package limbeck.nn;

import java.util.function.Supplier;
import limbeck.autograd.Tape;
import limbeck.autograd.Variable;
import limbeck.tensor.Scope;

/**
 * Layers one after the other of which each gives back what it has read, and what it has made for itself on the way, as soon as its
 * result is there: the next one then writes where the cache still holds something. For evaluation in which nobody watches
 * ({@link BatchSlices}); anybody else may still want the tensors in between.
 */
final class Relay {
    private static final ScopedValue<Boolean> RUNNING = ScopedValue.newInstance();

    private Relay() {
    }

    /** A block in which {@link #step} gives memory back. Only its result outlives it. */
    static Variable run(Supplier<Variable> block) {
        return ScopedValue.where(RUNNING, true).call(() -> inScope("evaluation", block));
    }

    /**
     * One layer.
     *
     * @param first what the first layer of the chain was given, which belongs to the caller
     * @param in what this one is given
     * @param layer computes its result
     */
    static Variable step(Variable first, Variable in, Supplier<Variable> layer) {
        if (!RUNNING.isBound() || Tape.isRecording()) {
            return layer.get();
        }
        Variable out = inScope("layer", layer);
        if (!in.tensor().sharesMemory(first.tensor()) && !in.tensor().sharesMemory(out.tensor())) {
            release(in, "the layer that has read it, in evaluation");
        }
        return out;
    }

    /** Gives back what has been read for the last time; {@code by} whom, for the message to who still wants it. */
    static void release(Variable read, String by) {
        Scope.release(read.tensor(), by);
    }

    /** What a block makes, given back but for its result. */
    static Variable inScope(String name, Supplier<Variable> block) {
        try (Scope scope = Scope.open(name)) {
            Variable out = block.get();
            scope.keep(out.tensor());
            return out;
        }
    }
}
