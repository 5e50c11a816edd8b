package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The largest element of each of (height x width) windows, cut as evenly as the image allows: (N, C, H, W) becomes
 * (N, C, height, width).
 *
 * @param height rows of the result
 * @param width columns of the result
 */
public record AdaptiveMaxPool2d(int height, int width) implements Module {
    @Override
    public Variable forward(Variable x) {
        return x.adaptiveMaxPool2d(height, width);
    }
}
