package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The Gaussian error linear unit {@code x Phi(x)} (Hendrycks and Gimpel, 2016, arXiv 1606.08415).
 *
 * @param approximate true for the form with tanh, false for the exact one with the error function
 */
public record Gelu(boolean approximate) implements Module {
    /** The exact one. */
    public Gelu() {
        this(false);
    }

    @Override
    public Variable forward(Variable x) {
        return approximate ? x.geluTanh() : x.gelu();
    }
}
