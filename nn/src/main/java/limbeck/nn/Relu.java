package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The rectified linear unit {@code max(x, 0)} (Nair and Hinton, ICML 2010).
 */
public record Relu() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.relu();
    }
}
