package limbeck.tensor.cpu;

/**
 * A matrix that a product reads only through copies of its blocks, so that it need not lie in memory: a strided view,
 * or the matrix that a convolution stands for. Called from several threads at once.
 */
interface GemmSource {
    /**
     * Copies a block into rows of length {@code ld}: element (r, c) goes to {@code to[at + (r - row) * ld + c - column]}.
     *
     * @param row the first row
     * @param rows how many
     * @param column the first column
     * @param columns how many, at most {@code ld}
     * @param to takes the block
     * @param at where its first element goes
     * @param ld the distance of its rows there; what lies between may be written over
     */
    void copy(int row, int rows, int column, int columns, float[] to, int at, int ld);
}
