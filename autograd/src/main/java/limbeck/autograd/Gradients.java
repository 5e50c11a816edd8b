package limbeck.autograd;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import limbeck.autograd.Variable.Node;
import limbeck.tensor.Tensor;

/**
 * What a backward found: a gradient for each leaf and parameter that took part. Variables themselves hold no gradient,
 * so there is nothing to set to zero between steps. To accumulate over several backwards, hand the same gradients on:
 *
 * {@snippet :
 * Gradients sum = new Gradients();
 * for (Batch part : parts) {
 *     Tape tape = new Tape();
 *     tape.backward(tape.record(() -> loss(part)), sum);
 * }
 * }
 *
 * Gradients belong to the scope in which backward ran. Where each part has a scope of its own, hand the sum on before it
 * closes: {@code sum.all().forEach(scope::keep)}.
 */
public final class Gradients {
    // Insertion order is tape order: whoever walks all gradients walks them the same way every time.
    private final Map<Node, Tensor> byNode = new LinkedHashMap<>();

    /** No gradients yet. */
    public Gradients() {
    }

    /**
     * The gradient of a leaf or parameter.
     *
     * @param variable the leaf
     * @return a tensor of the same shape
     * @throws IllegalArgumentException if it took no part in what was differentiated
     */
    public Tensor of(Variable variable) {
        Tensor gradient = byNode.get(variable.node());
        if (gradient == null) {
            throw new IllegalArgumentException("gradients: there is none for this variable of shape " + variable.shape()
                    + "; it took no part in the loss, or is not a leaf or parameter (ask has(variable) first)");
        }
        return gradient;
    }

    /**
     * Whether a variable has a gradient here.
     *
     * @param variable the leaf
     * @return false if it took no part
     */
    public boolean has(Variable variable) {
        return byNode.containsKey(variable.node());
    }

    /**
     * All gradients, in a fixed order.
     *
     * @return an unmodifiable view
     */
    public Collection<Tensor> all() {
        return Collections.unmodifiableCollection(byNode.values());
    }

    /**
     * Replaces every gradient, for scaling and clipping.
     *
     * @param change what to make of each
     */
    public void replaceAll(UnaryOperator<Tensor> change) {
        byNode.replaceAll((node, gradient) -> change.apply(gradient));
    }

    void put(Node node, Tensor gradient) {
        byNode.put(node, gradient);
    }

    Tensor take(Node node) {
        return byNode.remove(node);
    }

    void forEach(BiConsumer<Node, Tensor> action) {
        byNode.forEach(action);
    }

    /** Adds to a node's gradient, and hands both addends to {@code spent} where there was one before. */
    void merge(Node node, Tensor gradient, Consumer<Tensor> spent) {
        Tensor old = byNode.get(node);
        if (old == null) {
            byNode.put(node, gradient);
        } else {
            byNode.put(node, old.add(gradient));
            spent.accept(old);
            spent.accept(gradient);
        }
    }

    /** Whether a gradient is a view of this memory. */
    boolean shares(Tensor tensor) {
        for (Tensor gradient : byNode.values()) {
            if (gradient.sharesMemory(tensor)) {
                return true;
            }
        }
        return false;
    }
}
