package limbeck.tensor.cpu;

/**
 * One of the three matrices of a Winograd convolution, applied along one axis of many tiles at once. A tile is
 * transformed along its columns, then the result along its rows: M d M^T for a matrix M and a tile d.
 *
 * <p>Channels lie side by side and are transformed alike, a vector of L at a time. Element j of block b of tile t is read
 * at {@code xo + t * xTile + b * L + j * xStep} and, transformed, written at {@code zo + t * zTile + b * zBlock + j * zStep}.
 * Tiles are the inner loop, of which there are more than blocks: the loop's own cost is a fifth of the whole where a block is all.
 */
abstract class WinogradTransform {
    private static final Scratch HALF = new Scratch();

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
     * Multiplies whole tiles by the matrix from the left and by its transpose from the right. Element (i, j) of a tile is read at
     * {@code i * xRow + j * xCol} from the tile's beginning and one of its result written at {@code i * zRow + j * zCol}.
     *
     * <p>Here in two passes. Where a tile fits into the registers there is a form of its own that stores nothing in between, with
     * the same operations in the same order, hence the same bits.
     *
     * @param x what is read
     * @param xo where it begins
     * @param xRow the distance of a tile's rows
     * @param xCol the distance of its columns
     * @param xTile the distance of tiles
     * @param z takes the result
     * @param zo where it begins
     * @param zRow the distance of the rows of a result
     * @param zCol the distance of its columns
     * @param zTile the distance of results
     * @param zBlock the distance of blocks of L channels
     * @param tiles how many tiles
     * @param blocks how many blocks of L channels in each
     */
    void tiles(float[] x, int xo, int xRow, int xCol, int xTile, float[] z, int zo, int zRow, int zCol, int zTile, int zBlock, int tiles,
            int blocks) {
        int pixel = blocks * MicroKernel.LANES;
        float[] half = HALF.floats(outputs * inputs * pixel);
        for (int t = 0; t < tiles; t++) {
            for (int j = 0; j < inputs; j++) {
                run(x, xo + t * xTile + j * xCol, xRow, 0, half, j * pixel, inputs * pixel, 0, MicroKernel.LANES, 1, blocks);
            }
            for (int i = 0; i < outputs; i++) {
                run(half, i * inputs * pixel, pixel, 0, z, zo + t * zTile + i * zRow, zCol, 0, zBlock, 1, blocks);
            }
        }
    }

    /**
     * What {@link #run} does, along the columns of one line whose first row, or last, or both lie outside the image: zeros that are not there
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
