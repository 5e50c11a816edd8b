package limbeck.nn;

import limbeck.autograd.Variable;

/**
 * The largest element of each window of images (N, C, H, W); padding never wins.
 *
 * @param kernel height and width of a window
 * @param stride step of the windows
 * @param padding border on all sides, at most half the kernel
 */
public record MaxPool2d(int kernel, int stride, int padding) implements Module {
    /**
     * Windows side by side, without padding.
     *
     * @param kernel height and width of a window, and its step
     */
    public MaxPool2d(int kernel) {
        this(kernel, kernel, 0);
    }

    @Override
    public Variable forward(Variable x) {
        return x.maxPool2d(kernel, stride, padding);
    }
}
