package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * A residual connection (He et al., CVPR 2016): {@code body(x) + shortcut(x)}.
 *
 * @param body what is learned
 * @param shortcut what it is added to; {@link Identity} where the shapes agree
 */
public record Residual(Module body, Module shortcut) implements Module {
    /**
     * A connection around a body that keeps the shape.
     *
     * @param body what is learned
     */
    public Residual(Module body) {
        this(body, new Identity());
    }

    @Override
    public Variable forward(Variable x) {
        return body.apply(x).add(shortcut.apply(x));
    }
}
