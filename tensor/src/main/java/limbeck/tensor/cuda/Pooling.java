package limbeck.tensor.cuda;

import limbeck.tensor.DType;
import limbeck.tensor.Layout;
import limbeck.tensor.Shape;
import limbeck.tensor.op.Window;
import limbeck.tensor.spi.View;

/**
 * Pooling of images (N, C, H, W).
 *
 * @param height how the height is cut
 * @param width how the width is cut
 * @param cuda the device
 */
record Pooling(Window height, Window width, CudaContext cuda) {
    void max(View image, View out) {
        pick(image, image, out);
    }

    void pick(View image, View values, View out) {
        int n = out.shape().intSize();
        kernel("max_pool").launchFor(n, image, values, out, n, pool(image.shape(), out.shape(), image.layout(), values.layout()));
    }

    /** First where the largest of each window is, then for each element the sum over the windows that it won. */
    void scatter(View image, View values, View out, Temps temps) {
        int windows = values.shape().intSize();
        if (windows == 0) {
            Moves.fill(cuda, out, 0);
        } else {
            View best = temps.fresh(DType.I32, Layout.channelsLast(values.shape()));
            int[] pool = pool(image.shape(), values.shape(), image.layout(), values.layout());
            kernel("max_pool_index").launchFor(windows, image, best, windows, pool);
            int n = out.shape().intSize();
            kernel("max_pool_scatter").launchFor(n, best, values, out, n, pool);
        }
    }

    void average(View image, View out) {
        int n = out.shape().intSize();
        kernel("average_pool").launchFor(n, image, out, n, pool(image.shape(), out.shape(), image.layout()));
    }

    void averageInput(View gradient, View out) {
        int n = out.shape().intSize();
        kernel("average_pool_input").launchFor(n, gradient, out, n, pool(out.shape(), gradient.shape(), gradient.layout()));
    }

    private Kernel kernel(String name) {
        return cuda.kernels("pool.cu").kernel(name);
    }

    /** The struct {@code Pool} of {@code pool.cu}. */
    private int[] pool(Shape image, Shape result, Layout... operands) {
        int[] struct = new int[5 + 2 * 4 + 3 * 4];
        struct[0] = image.dim(1);
        struct[1] = image.dim(2);
        struct[2] = image.dim(3);
        struct[3] = result.dim(2);
        struct[4] = result.dim(3);
        cut(height, struct, 5);
        cut(width, struct, 9);
        for (int i = 0; i < operands.length; i++) {
            for (int axis = 0; axis < 4; axis++) {
                struct[13 + 4 * i + axis] = operands[i].stride(axis);
            }
        }
        return struct;
    }

    private static void cut(Window window, int[] struct, int at) {
        switch (window) {
            case Window.Sliding(int kernel, int stride, int padding) -> {
                struct[at + 1] = kernel;
                struct[at + 2] = stride;
                struct[at + 3] = padding;
            }
            case Window.Adaptive(int windows) -> {
                struct[at] = 1;
                struct[at + 1] = windows;
            }
        }
    }
}
