package limbeck.tensor.reference;

import limbeck.tensor.op.Window;
import limbeck.tensor.spi.View;

/**
 * Pooling of images (N, C, H, W).
 *
 * @param height how the height is cut
 * @param width how the width is cut
 */
record Pooling(Window height, Window width) {
    void max(View image, View out) {
        pick(image, image, out);
    }

    void pick(View image, View values, View out) {
        Elements x = Elements.of(image);
        Elements v = Elements.of(values);
        Elements y = Elements.of(out);
        for (int[] window : y.indices()) {
            y.set(v.get(largest(x, window)), window);
        }
    }

    void scatter(View image, View values, View out) {
        Elements x = Elements.of(image);
        Elements v = Elements.of(values);
        Elements y = Elements.of(out);
        y.zero();
        for (int[] window : v.indices()) {
            y.add(v.get(window), largest(x, window));
        }
        y.round();
    }

    void average(View image, View out) {
        Elements x = Elements.of(image);
        Elements y = Elements.of(out);
        for (int[] window : y.indices()) {
            double sum = 0;
            for (int i = top(x, window); i < bottom(x, window); i++) {
                for (int j = left(x, window); j < right(x, window); j++) {
                    sum += x.get(window[0], window[1], i, j);
                }
            }
            y.set(sum / divisor(x, window), window);
        }
    }

    void averageInput(View gradient, View image) {
        Elements g = Elements.of(gradient);
        Elements x = Elements.of(image);
        x.zero();
        for (int[] window : g.indices()) {
            double share = g.get(window) / divisor(x, window);
            for (int i = top(x, window); i < bottom(x, window); i++) {
                for (int j = left(x, window); j < right(x, window); j++) {
                    x.add(share, window[0], window[1], i, j);
                }
            }
        }
        x.round();
    }

    /** The index of the window's largest element: the first of equal ones, the first NaN where there is one. */
    private int[] largest(Elements x, int[] window) {
        int[] best = {window[0], window[1], top(x, window), left(x, window)};
        for (int i = top(x, window); i < bottom(x, window); i++) {
            for (int j = left(x, window); j < right(x, window); j++) {
                double value = x.get(best);
                double candidate = x.get(window[0], window[1], i, j);
                if (!Double.isNaN(value) && (Double.isNaN(candidate) || candidate > value)) {
                    best[2] = i;
                    best[3] = j;
                }
            }
        }
        return best;
    }

    private int top(Elements x, int[] window) {
        return height.start(window[2], x.shape().dim(2));
    }

    private int bottom(Elements x, int[] window) {
        return height.end(window[2], x.shape().dim(2));
    }

    private int left(Elements x, int[] window) {
        return width.start(window[3], x.shape().dim(3));
    }

    private int right(Elements x, int[] window) {
        return width.end(window[3], x.shape().dim(3));
    }

    private double divisor(Elements x, int[] window) {
        return (double) height.divisor(window[2], x.shape().dim(2)) * width.divisor(window[3], x.shape().dim(3));
    }
}
