package limbeck.tensor.cpu;

/**
 * What is done to a part of a product's or a convolution's result as soon as it is there, while it is still in the cache. Rows
 * are those of the product; of a convolution they are pixels in the order of memory (all images, all lines), and columns channels.
 */
@FunctionalInterface
interface Finish {
    /** Nothing. */
    Finish NONE = (row, rows, column, columns) -> { };

    /**
     * Finishes some rows and columns, on the thread that has computed them.
     *
     * @param row the first row
     * @param rows how many follow one another
     * @param column the first column
     * @param columns how many follow one another
     */
    void block(int row, int rows, int column, int columns);
}
