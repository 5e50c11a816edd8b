package limbeck.tensor.cpu;

import static limbeck.tensor.cpu.Elementwise.floats;

import limbeck.tensor.op.BinaryFn;
import limbeck.tensor.spi.View;

/**
 * What is done to a part of a product's or a convolution's result as soon as it is there, while it is still in the cache. Rows
 * are those of the product; of a convolution they are pixels in the order of memory (all images, all lines), and columns channels.
 */
@FunctionalInterface
interface Finish {
    /** Nothing. */
    Finish NONE = (row, rows, column, columns) -> { };

    /** Adds other images, which lie in the result's order. */
    static Finish adding(View addend, View out) {
        float[] x = floats(addend);
        int xi = addend.layout().offset();
        float[] y = floats(out);
        int yi = out.layout().offset();
        int channels = out.shape().dim(1);
        return (pixel, pixels, channel, count) -> {
            int at = pixel * channels + channel;
            boolean whole = count == channels;
            Walk result = Walk.of(yi + at, channels, 1);
            Loops.BEST.binary(BinaryFn.ADD, whole ? 1 : pixels, whole ? pixels * channels : count, y, result,
                    x, Walk.of(xi + at, channels, 1), y, result);
        };
    }

    /**
     * Finishes some rows and columns, on the thread that has computed them.
     *
     * @param row the first row
     * @param rows how many follow one another
     * @param column the first column
     * @param columns how many follow one another
     */
    void block(int row, int rows, int column, int columns);

    /**
     * Asked by a form that can cut its result into tasks that depend on the shape alone, before the first of them.
     *
     * @param count how many there would be
     * @return whether to cut it so, since it wants to see their rows
     */
    default boolean tasks(int count) {
        return false;
    }

    /**
     * Sees all columns of some rows of a task as soon as they have been finished. Those of one task come in order, on its thread.
     *
     * @param task the number of the task, from 0
     * @param row the first row
     * @param rows how many follow one another
     */
    default void rows(int task, int row, int rows) {
    }
}
