package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * All axes but the first joined into one: images (N, C, H, W) become rows (N, C H W).
 */
public record Flatten() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.flatten(1);
    }
}
