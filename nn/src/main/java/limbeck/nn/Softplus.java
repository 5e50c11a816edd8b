package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * {@code log(1 + exp(x))}, without overflow.
 */
public record Softplus() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.softplus();
    }
}
