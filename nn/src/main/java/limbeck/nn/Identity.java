package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * Nothing: the output is the input.
 */
public record Identity() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x;
    }
}
