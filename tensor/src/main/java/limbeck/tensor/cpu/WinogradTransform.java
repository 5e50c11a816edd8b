package limbeck.tensor.cpu;

/**
 * One of the three matrices of a Winograd convolution, applied along one axis of many tiles at once. A tile is
 * transformed along its columns, then the result along its rows: M d M^T for a matrix M and a tile d.
 *
 * <p>Channels lie side by side and are transformed alike, a vector of L at a time. Element j of block b of tile t is read
 * at {@code xo + t * xTile + b * L + j * xStep} and, transformed, written at {@code zo + t * zTile + b * zBlock + j * zStep}.
 */
abstract class WinogradTransform {
    /** Columns of the matrix: how many elements it reads. */
    final int inputs;

    /** Rows of the matrix: how many elements it writes. */
    final int outputs;

    WinogradTransform(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * Multiplies by the matrix.
     *
     * @param x what is read
     * @param xo where it begins
     * @param xStep the distance of the elements that are combined
     * @param xTile the distance of tiles
     * @param z takes the result
     * @param zo where it begins
     * @param zStep the distance of the elements of a result
     * @param zTile the distance of tiles
     * @param zBlock the distance of blocks of L channels
     * @param tiles how many tiles
     * @param blocks how many blocks of L channels in each
     */
    abstract void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks);

    /**
     * The same along the columns of one line whose first row, or last, or both lie outside the image: zeros that are not there
     * to be read.
     *
     * @param first whether the first row is there
     * @param last whether the last row is there
     * @param x what is read
     * @param xo where the first row begins, or would
     * @param xStep the distance of rows
     * @param z takes the result
     * @param zo where it begins
     * @param zStep the distance of its rows
     * @param blocks how many blocks of L elements a row has
     * @return false if this transform cannot, and has to be given a copy with zeros
     */
    boolean border(boolean first, boolean last, float[] x, int xo, int xStep, float[] z, int zo, int zStep, int blocks) {
        return false;
    }
}
