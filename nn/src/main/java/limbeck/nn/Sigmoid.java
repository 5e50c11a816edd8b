package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * {@code 1 / (1 + exp(-x))}.
 */
public record Sigmoid() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.sigmoid();
    }
}
