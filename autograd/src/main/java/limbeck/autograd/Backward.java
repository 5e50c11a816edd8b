package limbeck.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import limbeck.autograd.Tape.Applied;
import limbeck.autograd.Tape.Entry;
import limbeck.autograd.Tape.Replayed;
import limbeck.autograd.Variable.Node;
import limbeck.tensor.Scope;
import limbeck.tensor.Tensor;

/**
 * One walk from the end of a tape to its beginning. It pops each entry, asks {@link Vjp} what flows on to the operands,
 * and gives back what is needed no longer: the gradient it came with, the result it had computed. An entry that put
 * something out is popped after all that used it, so nothing further back can miss what is given back here.
 */
final class Backward {
    private final Tape tape;
    private final Tensor seed;
    private final Gradients into;
    private final Set<Node> wanted;
    private final Gradients flowing = new Gradients();

    /**
     * A walk.
     *
     * @param tape what is walked
     * @param seed the gradient that it starts with
     * @param into takes the gradients of leaves
     * @param wanted the leaves whose gradients are looked for and all that was computed from them; null for all there are
     */
    Backward(Tape tape, Tensor seed, Gradients into, Set<Node> wanted) {
        this.tape = tape;
        this.seed = seed;
        this.into = into;
        this.wanted = wanted;
    }

    void from(Variable out) {
        if (leads(out)) {
            var spent = new ArrayList<Tensor>();
            add(out.node(), seed, spent);
            release(spent, seed);
        }
        for (Entry entry = tape.pop(); entry != null; entry = tape.pop()) {
            Tensor gradient = flowing.take(entry.output());
            // Before the rules run, if they do not look at the result: its memory, still in the caches, then takes what they compute.
            boolean early = entry.memory() != null && !entry.needsResult() && (gradient == null || !gradient.sharesMemory(entry.memory()));
            if (early) {
                release(entry);
            }
            if (gradient != null) {
                switch (entry) {
                    case Applied applied -> apply(applied, gradient);
                    case Replayed replayed -> replay(replayed, gradient);
                }
                release(gradient, seed);
            }
            if (!early) {
                release(entry);
            }
        }
    }

    private void release(Entry entry) {
        Tensor memory = entry.memory();
        // A rule of the user's own may have answered with the saved result itself.
        if (memory != null && !tape.isRetained(memory) && !flowing.shares(memory) && !into.shares(memory)) {
            Scope.release(memory, "Tape.backward (call tape.retain(variable) before backward to keep it)");
        }
    }

    private void apply(Applied entry, Tensor gradient) {
        Tape.requireUnchanged(entry.op(), entry.in(), entry.versions());
        var operands = entry.in().stream().map(Variable::tensor).toList();
        String name = "backward of " + entry.op().name();
        Tensor[] parts = new Tensor[operands.size()];
        var spent = new ArrayList<Tensor>();
        try (var scope = Scope.open(name)) {
            List<Supplier<Tensor>> rules = Vjp.of(entry.op(), operands, entry.out().tensor(), gradient);
            for (int i = 0; i < rules.size(); i++) {
                Variable operand = entry.in().get(i);
                if (rules.get(i) != null && leads(operand)) {
                    // A scope for each rule: what one needs in passing is free for the next.
                    try (var inner = Scope.open(name)) {
                        parts[i] = inner.keep(part(rules.get(i), operand, spent));
                    }
                    scope.keep(parts[i]);
                }
            }
        }
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != null) {
                add(entry.in().get(i).node(), parts[i], spent);
            }
        }
        release(spent, gradient);
    }

    /** What flows to an operand; with what has come there already, where the rule can add that. */
    private Tensor part(Supplier<Tensor> rule, Variable operand, List<Tensor> spent) {
        if (rule instanceof AddingRule<Tensor> adding) {
            Tensor there = gradients(operand.node()).take(operand.node());
            if (there != null) {
                spent.add(there);
                return adding.onto(there);
            }
        }
        return Tape.sumTo(rule.get(), operand.shape());
    }

    private void replay(Replayed entry, Tensor gradient) {
        // Parameters stay themselves; all else is cut off from the outer tape, so that the inner walk ends there.
        var operands = entry.in().stream()
                .map(v -> v instanceof Parameter || !v.needsGradient() ? v : leads(v) ? Variable.leaf(v.tensor()) : Variable.of(v.tensor())).toList();
        var found = new Gradients();
        try (var scope = Scope.open("backward of a recomputed block")) {
            var inner = new Tape();
            Variable again = Recompute.replay(() -> inner.record(() -> entry.body().apply(operands)));
            new Backward(inner, gradient, found, null).from(again);
            found.all().forEach(scope::keep);
        }
        var spent = new ArrayList<Tensor>();
        for (int i = 0; i < operands.size(); i++) {
            Tensor part = operands.get(i) == entry.in().get(i) ? null : found.take(operands.get(i).node());
            if (part != null) {
                add(entry.in().get(i).node(), part, spent);
            }
        }
        // What is left belongs to parameters, and to variables of the outer tape that the block uses without naming them.
        found.forEach((node, part) -> {
            if (wanted == null || wanted.contains(node)) {
                add(node, part, spent);
            } else {
                spent.add(part);
            }
        });
        release(spent, gradient);
    }

    /** Whether a gradient that is looked for lies behind a variable. */
    private boolean leads(Variable variable) {
        return variable.needsGradient() && (wanted == null || wanted.contains(variable.node()));
    }

    private void add(Node node, Tensor part, List<Tensor> spent) {
        gradients(node).merge(node, part, spent::add);
    }

    /** Those among which a variable's gradient is gathered. */
    private Gradients gradients(Node node) {
        return tape.isProduced(node) ? flowing : into;
    }

    // Only when all parts have found their places: two of them may be views of one memory.
    private void release(List<Tensor> spent, Tensor current) {
        spent.forEach(tensor -> release(tensor, current));
    }

    /** Gives a gradient's memory back, unless it is that of one that is still needed: the current one's, or a view of it. */
    private void release(Tensor gradient, Tensor current) {
        boolean needed = gradient.sharesMemory(current) || gradient.sharesMemory(seed) || flowing.shares(gradient) || into.shares(gradient);
        if (!needed) {
            Scope.release(gradient, "Tape.backward, which needed it no longer");
        }
    }
}
