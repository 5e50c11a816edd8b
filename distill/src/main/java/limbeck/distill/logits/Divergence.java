package limbeck.distill.logits;

import limbeck.autograd.Variable;

/** Divergences of distributions that are given by the logarithms of their probabilities, along the last axis. */
final class Divergence {
    private Divergence() {
    }

    /** {@code KL(p || q) = sum p (log p - log q)}, one for each row. */
    static Variable kl(Variable logP, Variable logQ) {
        return logP.exp().mul(logP.sub(logQ)).sum(-1);
    }
}
