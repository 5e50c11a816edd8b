package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * {@code x sigmoid(x)}, also called swish (Ramachandran et al., 2017, arXiv 1710.05941).
 */
public record Silu() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.silu();
    }
}
