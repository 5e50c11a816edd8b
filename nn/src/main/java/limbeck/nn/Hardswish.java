package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * {@code x clamp(x + 3, 0, 6) / 6} (Howard et al., ICCV 2019).
 */
public record Hardswish() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.hardswish();
    }
}
