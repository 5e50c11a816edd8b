package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The hyperbolic tangent.
 */
public record Tanh() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.tanh();
    }
}
