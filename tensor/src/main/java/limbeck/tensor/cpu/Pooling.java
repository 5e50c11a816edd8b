package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import java.util.Arrays;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Window;
import limbeck.tensor.spi.View;

/** Pooling over images in channels-last order; images in another order are copied first. */
final class Pooling {
    private final Window down;
    private final Window right;
    private final int images;
    private final int c;
    private final int height;
    private final int width;
    private final int pooledHeight;
    private final int pooledWidth;

    /** What to do with one window. */
    private interface Visit {
        /** The window is {@code h x w} pixels at {@code image}; its result's pixel is at {@code pooled}. */
        void window(int h, int w, int image, int pooled, float scale);
    }

    private Pooling(Window down, Window right, Shape image) {
        this.down = down;
        this.right = right;
        this.images = image.dim(0);
        this.c = image.dim(1);
        this.height = image.dim(2);
        this.width = image.dim(3);
        this.pooledHeight = down.count(height);
        this.pooledWidth = right.count(width);
    }

    static void max(Window down, Window right, View image, View out, Temps temps) {
        View in = channelsLast(image, temps);
        float[] x = floats(in);
        float[] z = floats(out);
        var pool = new Pooling(down, right, image.shape());
        pool.forward(in.layout().offset(), out.layout().offset(),
                (h, w, at, to, scale) -> Windows.BEST.max(h, w, pool.row(), pool.c, x, at, z, to));
    }

    static void pick(Window down, Window right, View image, View values, View out, Temps temps) {
        View in = channelsLast(image, temps);
        View from = channelsLast(values, temps);
        float[] x = floats(in);
        float[] v = floats(from);
        float[] z = floats(out);
        int shift = from.layout().offset() - in.layout().offset();
        var pool = new Pooling(down, right, image.shape());
        pool.forward(in.layout().offset(), out.layout().offset(),
                (h, w, at, to, scale) -> Windows.BEST.pick(h, w, pool.row(), pool.c, x, at, v, at + shift, z, to));
    }

    static void scatter(Window down, Window right, View image, View gradient, View out, Temps temps) {
        View in = channelsLast(image, temps);
        View from = channelsLast(gradient, temps);
        float[] x = floats(in);
        float[] g = floats(from);
        float[] z = floats(out);
        int shift = in.layout().offset() - out.layout().offset();
        var pool = new Pooling(down, right, image.shape());
        pool.backward(z, out.layout().offset(), from.layout().offset(),
                (h, w, to, at, scale) -> Windows.BEST.scatter(h, w, pool.row(), pool.c, x, to + shift, g, at, z, to));
    }

    static void average(Window down, Window right, View image, View out, Temps temps) {
        View in = channelsLast(image, temps);
        float[] x = floats(in);
        float[] z = floats(out);
        var pool = new Pooling(down, right, image.shape());
        pool.forward(in.layout().offset(), out.layout().offset(),
                (h, w, at, to, scale) -> Windows.BEST.sum(h, w, pool.row(), pool.c, scale, x, at, z, to));
    }

    static void averageInput(Window down, Window right, View gradient, View out, Temps temps) {
        View from = channelsLast(gradient, temps);
        float[] g = floats(from);
        float[] z = floats(out);
        var pool = new Pooling(down, right, out.shape());
        pool.backward(z, out.layout().offset(), from.layout().offset(),
                (h, w, to, at, scale) -> Windows.BEST.spread(h, w, pool.row(), pool.c, scale, g, at, z, to));
    }

    private static View channelsLast(View view, Temps temps) {
        return temps.ordered(view, Layout.channelsLast(view.shape()));
    }

    private int row() {
        return width * c;
    }

    /** Windows write apart from one another: rows of windows are shared out. */
    private void forward(int image, int pooled, Visit visit) {
        Parallel.range(images * pooledHeight, grain(height * row() / Math.max(1, pooledHeight)), (from, to) -> {
            for (int row = from; row < to; row++) {
                visitRow(row / pooledHeight, row % pooledHeight, image, pooled, visit);
            }
        });
    }

    /** Windows may add to the same pixel, but only within one image: images are shared out. */
    private void backward(float[] z, int image, int pooled, Visit visit) {
        int size = height * row();
        Parallel.range(images, grain(size), (from, to) -> {
            Arrays.fill(z, image + from * size, image + to * size, 0);
            for (int n = from; n < to; n++) {
                for (int i = 0; i < pooledHeight; i++) {
                    visitRow(n, i, image, pooled, visit);
                }
            }
        });
    }

    private static int grain(int elements) {
        return Math.max(1, Nest.GRAIN / Math.max(1, elements));
    }

    private void visitRow(int n, int i, int image, int pooled, Visit visit) {
        int top = down.start(i, height);
        int h = down.end(i, height) - top;
        int at = image + (n * height + top) * row();
        int to = pooled + (n * pooledHeight + i) * pooledWidth * c;
        for (int j = 0; j < pooledWidth; j++) {
            int left = right.start(j, width);
            float scale = 1f / (down.divisor(i, height) * right.divisor(j, width));
            visit.window(h, right.end(j, width) - left, at + left * c, to + j * c, scale);
        }
    }
}
