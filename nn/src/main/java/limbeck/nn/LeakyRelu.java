package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * {@code x} where positive, else {@code slope x} (Maas et al., ICML 2013).
 *
 * @param slope the slope below zero, often 0.01
 */
public record LeakyRelu(double slope) implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.leakyRelu(slope);
    }
}
