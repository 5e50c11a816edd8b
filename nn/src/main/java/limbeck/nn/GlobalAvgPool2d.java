package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The mean of each channel: images (N, C, H, W) become rows (N, C).
 */
public record GlobalAvgPool2d() implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.globalAvgPool2d();
    }
}
