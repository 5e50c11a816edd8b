package limbeck.autograd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import limbeck.autograd.Variable.Node;
import limbeck.tensor.Scope;
import limbeck.tensor.Shape;
import limbeck.tensor.Tensor;
import limbeck.tensor.TensorOps;
import limbeck.tensor.op.Fill;
import limbeck.tensor.op.Op;

/**
 * The list of what was computed, in order; read backwards it gives the gradients. Recording is bound to a block of
 * code, so it cannot be left on by mistake:
 *
 * {@snippet :
 * Tape tape = new Tape();
 * Variable loss = tape.record(() -> model.forward(x).sub(y).square().mean());
 * Gradients gradients = tape.backward(loss);
 * }
 *
 * An entry holds an op, its operands and its result, but of these only the elements that the op's gradient rule looks at
 * ({@link Op#saves}). Backward pops entry after entry and gives each result's memory back to the {@link Scope} it came
 * from, so memory falls while it runs; what must be read afterwards is named by {@link #retain}. Printing a tape shows
 * the computation.
 *
 * <p>For second derivatives use {@link #gradients}, which leaves the tape whole and records its own arithmetic.
 */
public final class Tape {
    private static final ScopedValue<Tape> BOUND = ScopedValue.newInstance();
    private static final Tape PAUSED = new Tape();

    private final List<Entry> entries = new ArrayList<>();
    private final Set<Node> produced = new HashSet<>();
    private final List<Tensor> retained = new ArrayList<>();
    private boolean spent;

    /** What is remembered of one step of the computation. */
    sealed interface Entry {
        Node output();

        /** The result, if its memory belongs to this step alone and backward may give it back. */
        Tensor memory();

        /** Whether what computes the gradients may look at the result's memory. */
        boolean needsResult();
    }

    /** An op; operands and result are without elements where the gradient rule looks at shapes alone. */
    record Applied(Op op, List<Variable> in, long[] versions, Variable out, Tensor memory) implements Entry {
        @Override
        public Node output() {
            return out.node();
        }

        @Override
        public boolean needsResult() {
            return op.mayReadResult();
        }
    }

    /** A block whose inside was not recorded and is run again when its gradient is wanted. */
    record Replayed(Function<List<Variable>, Variable> body, List<Variable> in, Node output, Tensor memory) implements Entry {
        @Override
        public boolean needsResult() {
            return false;
        }
    }

    /** An empty tape. */
    public Tape() {
    }

    /**
     * Runs a block and records what it computes from leaves and parameters. A tape can record several blocks, one after
     * the other; inside, another tape or {@link #paused} may be bound for a part.
     *
     * @param <R> the block's result
     * @param block the block
     * @return its result
     * @throws IllegalStateException if {@link #backward} has already run on this tape
     */
    public <R> R record(Supplier<R> block) {
        if (spent) {
            throw new IllegalStateException("tape: backward has already run on this tape; record on a new one");
        }
        return ScopedValue.where(BOUND, this).call(block::get);
    }

    /**
     * Runs a block without recording.
     *
     * @param <R> the block's result
     * @param block the block
     * @return its result, a constant to whatever tape is bound around it
     */
    public static <R> R paused(Supplier<R> block) {
        return ScopedValue.where(BOUND, PAUSED).call(block::get);
    }

    /**
     * Keeps a variable's elements through {@link #backward}, to be read after it. The loss is always kept.
     *
     * @param variable something recorded on this tape
     * @return the same variable
     */
    public Variable retain(Variable variable) {
        retained.add(variable.tensor());
        return variable;
    }

    /**
     * The gradients of a scalar with respect to every leaf and parameter it was computed from. The tape is spent after
     * this.
     *
     * @param loss a scalar (any variable of one element) recorded on this tape
     * @return the gradients; they belong to the current scope
     * @throws IllegalArgumentException if the loss has more than one element
     * @throws IllegalStateException if the loss was not recorded here, the tape is spent, or a parameter has changed since
     */
    public Gradients backward(Variable loss) {
        return backward(loss, new Gradients());
    }

    /**
     * As {@link #backward(Variable)}, adding to gradients of earlier backwards.
     *
     * @param loss a scalar recorded on this tape
     * @param into what to add to
     * @return {@code into}
     */
    public Gradients backward(Variable loss, Gradients into) {
        return backward(loss, into, null);
    }

    /**
     * The gradients with respect to some leaves and parameters alone. Whatever else the loss was computed from, such as layers that are
     * held still, costs no more than to be passed through on the way to these, and nothing where they do not lie behind it. The tape is
     * spent after this.
     *
     * {@snippet :
     * Gradients gradients = tape.backward(loss, head.parameters().values());   // of a model whose other layers stay as they are
     * }
     *
     * @param loss a scalar recorded on this tape
     * @param by what to differentiate by
     * @return the gradients of these; they belong to the current scope
     * @throws IllegalArgumentException if the loss has more than one element
     * @throws IllegalStateException if the loss was not recorded here, the tape is spent, or a parameter has changed since
     */
    public Gradients backward(Variable loss, Collection<? extends Variable> by) {
        return backward(loss, new Gradients(), following(by));
    }

    private Gradients backward(Variable loss, Gradients into, Set<Node> wanted) {
        requireScalar("backward", loss);
        if (spent) {
            throw new IllegalStateException(
                    "backward: this tape is spent, because backward frees what it needs as it goes; record on a new one");
        }
        if (!produced.contains(loss.node())) {
            throw new IllegalStateException("backward: the loss was not recorded on this tape; compute it inside tape.record(...) from a "
                    + "parameter or Variable.leaf(...)");
        }
        retain(loss);
        new Backward(this, one(loss), into, wanted).from(loss);
        return into;
    }

    /**
     * The gradients of a scalar, as variables: recorded on the tape that is bound where this is called (usually this one),
     * so that they can be differentiated again. The tape stays whole.
     *
     * {@snippet :
     * Variable second = tape.record(() -> {
     *     Variable y = x.pow(3).sum();
     *     Variable first = tape.gradients(y, List.of(x)).getFirst();   // 3 x^2
     *     return tape.gradients(first.sum(), List.of(x)).getFirst();   // 6 x
     * });
     * }
     *
     * <p>Only what lies between the two is walked: gradients by a late layer cost little.
     *
     * @param y a scalar recorded on this tape
     * @param xs what to differentiate by: leaves, parameters, or anything recorded on this tape
     * @return one gradient for each, zeros where y does not depend on it
     * @throws IllegalArgumentException if y has more than one element
     * @throws IllegalStateException if the tape is spent, or holds a recomputed block that y was computed from
     */
    public List<Variable> gradients(Variable y, List<Variable> xs) {
        requireScalar("gradients", y);
        if (spent) {
            throw new IllegalStateException(
                    "gradients: this tape is spent, because backward frees what it needs as it goes; record on a new one");
        }
        Set<Node> wanted = following(xs);
        Map<Node, Variable> found = new IdentityHashMap<>();
        found.put(y.node(), Variable.of(one(y)));
        // The rules may record new entries on this very tape; those lie behind the ones walked here.
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            Variable gradient = found.get(entry.output());
            if (gradient == null || !wanted.contains(entry.output())) {
                continue;
            }
            if (!(entry instanceof Applied applied)) {
                throw new IllegalStateException(
                        "gradients: cannot differentiate through Recompute as variables; use backward, or do not recompute");
            }
            requireUnchanged(applied.op, applied.in, applied.versions);
            List<Supplier<Variable>> rules = Vjp.of(applied.op, applied.in, applied.out, gradient);
            for (int k = 0; k < rules.size(); k++) {
                Variable in = applied.in.get(k);
                if (rules.get(k) != null && in.needsGradient() && wanted.contains(in.node())) {
                    found.merge(in.node(), sumTo(rules.get(k).get(), in.shape()), Variable::add);
                }
            }
        }
        return xs.stream().map(x -> {
            Variable gradient = found.get(x.node());
            return gradient == null ? Variable.of(x.device().make(new Fill(x.shape(), x.dtype(), 0))) : gradient;
        }).toList();
    }

    /** What was computed from these, and they themselves: whatever else lies on the way back is not walked. */
    private Set<Node> following(Collection<? extends Variable> xs) {
        Set<Node> following = new HashSet<>();
        xs.forEach(x -> following.add(x.node()));
        for (Entry entry : entries) {
            boolean follows = switch (entry) {
                case Applied applied -> applied.in.stream().anyMatch(operand -> following.contains(operand.node()));
                // What a recomputed block uses without naming it is known only when it runs again.
                case Replayed _ -> true;
            };
            if (follows) {
                following.add(entry.output());
            }
        }
        return following;
    }

    /**
     * Whether what is computed here is recorded, if it needs a gradient.
     *
     * @return true inside {@link #record}, unless {@link #paused} is bound further in
     */
    public static boolean isRecording() {
        return bound() != null;
    }

    /** The tape that records now; null where none is bound or recording is paused. */
    static Tape bound() {
        Tape tape = BOUND.orElse(PAUSED);
        return tape == PAUSED ? null : tape;
    }

    /** Takes the last entry off, for a backward; null when none is left. */
    Entry pop() {
        spent = true;
        return entries.isEmpty() ? null : entries.removeLast();
    }

    /** Whether something on this tape has put a variable out, so that its gradient flows on. */
    boolean isProduced(Node node) {
        return produced.contains(node);
    }

    /** Whether backward must leave this memory alone, because a retained variable is a view of it. */
    boolean isRetained(Tensor memory) {
        for (Tensor tensor : retained) {
            if (tensor.sharesMemory(memory)) {
                return true;
            }
        }
        return false;
    }

    /** Remembers an op that was just computed. */
    void add(Op op, List<Variable> in, Variable out) {
        Op.Saves saves = op.saves();
        var operands = saves.inputs() ? List.copyOf(in) : in.stream().map(Variable::shapeOnly).toList();
        long[] versions = new long[in.size()];
        for (int i = 0; i < versions.length; i++) {
            versions[i] = saves.inputs() ? version(in.get(i)) : -1;
        }
        produced.add(out.node());
        entries.add(new Applied(op, operands, versions, saves.output() ? out : out.shapeOnly(), memory(in, out)));
    }

    /** Remembers a block that is to be run again in backward. */
    void add(Function<List<Variable>, Variable> body, List<Variable> in, Variable out) {
        produced.add(out.node());
        entries.add(new Replayed(body, List.copyOf(in), out.node(), memory(in, out)));
    }

    /** What backward may give back: a result that is no view of an operand. What belongs to no scope is not held here either. */
    private static Tensor memory(List<Variable> in, Variable out) {
        boolean fresh = in.stream().noneMatch(v -> v.tensor().sharesMemory(out.tensor()));
        return fresh && Scope.owns(out.tensor()) ? out.tensor() : null;
    }

    /** Changes with every change of the elements: of a parameter's by any means, of a view of one by an optimizer's step. */
    private static long version(Variable variable) {
        return variable instanceof Parameter parameter ? parameter.version() : variable.tensor().version();
    }

    private static Tensor one(Variable y) {
        return y.device().make(new Fill(y.shape(), y.dtype(), 1));
    }

    private static void requireScalar(String what, Variable y) {
        if (y.shape().size() != 1) {
            throw new IllegalArgumentException(what + ": needs a scalar, this is " + y.shape() + "; reduce it with sum() or mean() first");
        }
    }

    static void requireUnchanged(Op op, List<Variable> in, long[] versions) {
        for (int i = 0; i < versions.length; i++) {
            if (versions[i] >= 0 && version(in.get(i)) != versions[i]) {
                throw new IllegalStateException("backward: a parameter, seen as shape " + in.get(i).shape() + ", has changed since "
                        + op.name() + " was recorded with it; run backward before the optimizer's step");
            }
        }
    }

    /** The one place that undoes broadcasting: sums over the axes along which an operand of this shape was repeated. */
    static <T extends TensorOps<T>> T sumTo(T gradient, Shape shape) {
        if (gradient.shape().equals(shape)) {
            return gradient;
        }
        int added = gradient.shape().rank() - shape.rank();
        var axes = new ArrayList<Integer>();
        for (int i = 0; i < gradient.shape().rank(); i++) {
            if (i < added || shape.dim(i - added) == 1 && gradient.shape().dim(i) != 1) {
                axes.add(i);
            }
        }
        return gradient.sum(List.copyOf(axes), true).reshape(shape);
    }

    /** {@return a line for each entry: number, op, shapes of operands and result, and what is saved} */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < entries.size(); i++) {
            text.append(i).append(": ");
            switch (entries.get(i)) {
                case Applied(Op op, List<Variable> in, long[] _, Variable out, Tensor _) -> text.append(op.name())
                        .append(' ').append(in.stream().map(v -> v.shape().toString()).toList()).append(" -> ").append(out.shape())
                        .append(" saves ").append(op.saves().name().toLowerCase(Locale.ROOT));
                case Replayed replayed -> text.append("recompute ").append(replayed.in.stream().map(v -> v.shape().toString()).toList());
            }
            text.append('\n');
        }
        return text.toString();
    }
}
