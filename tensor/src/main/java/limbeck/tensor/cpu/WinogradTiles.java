package limbeck.tensor.cpu;

import java.util.Arrays;

/**
 * Images cut into tiles, which may overlap, transformed a line of tiles at a time: along the columns once for each column of
 * pixels, whichever tiles share it, then along the rows tile by tile. Tiles that share nothing, and lie inside, are transformed
 * one by one.
 *
 * @param transform the matrix, which reads as many pixels as a tile is wide and high
 * @param step the distance of tiles, in pixels
 * @param images what is cut; zeros lie around them
 * @param padH how many rows before an image the first tile begins
 * @param padW how many columns before it
 * @param down lines of tiles in an image
 * @param across tiles in a line
 */
record WinogradTiles(WinogradTransform transform, int step, Images images, int padH, int padW, int down, int across) {
    private static final int L = MicroKernel.LANES;

    private static final Scratch EDGE = new Scratch();
    private static final AlignedScratch COLUMNS = new AlignedScratch();

    /**
     * Transforms a line of tiles.
     *
     * @param line its number, counted through all images
     * @param z takes the result
     * @param zo place 0 of the first tile
     * @param zPlace the distance of places of a tile
     * @param zTile the distance of tiles
     * @param zBlock the distance of blocks of L channels
     */
    void line(int line, float[] z, int zo, int zPlace, int zTile, int zBlock) {
        int channels = images.channels();
        int row = images.width() * channels;
        int top = line % down * step - padH;
        float[] x = images.array();
        int xo = images.offset() + (line / down * images.height() + top) * row;
        int places = transform.outputs;
        if (step == transform.inputs && top >= 0 && padW == 0 && top + step <= images.height() && across * step <= images.width()) {
            transform.tiles(x, xo, row, channels, step * channels, z, zo, places * zPlace, zPlace, zTile, zBlock, across, channels / L);
            return;
        }
        int wide = ((across - 1) * step + transform.inputs) * channels;
        int left = padW * channels;
        AlignedScratch.Piece columns = COLUMNS.floats(places * wide);
        float[] c = columns.array();
        int co = columns.offset();
        for (int i = 0; i < places; i++) {
            Arrays.fill(c, co + i * wide, co + i * wide + left, 0);
            Arrays.fill(c, co + i * wide + left + row, co + (i + 1) * wide, 0);
        }
        columns(x, xo, top, row, c, co + left, wide);
        for (int i = 0; i < places; i++) {
            transform.run(c, co + i * wide, channels, step * channels, z, zo + i * places * zPlace, zPlace, zTile, zBlock, across,
                    channels / L);
        }
    }

    /** Transforms the columns of a line, the first row of which is row {@code top} of the image and may lie outside. */
    private void columns(float[] x, int xo, int top, int row, float[] columns, int to, int wide) {
        int blocks = row / L;
        int missing = top + transform.inputs - images.height();
        if (top >= 0 && missing <= 0) {
            transform.run(x, xo, row, L, columns, to, wide, L, 0, blocks, 1);
        } else if (top < -1 || missing > 1 || !transform.border(top >= 0, missing <= 0, x, xo, row, columns, to, wide, blocks)) {
            transform.run(edge(xo, top, row), 0, row, L, columns, to, wide, L, 0, blocks, 1);
        }
    }

    /** A copy of the rows that a line of tiles reads, with zeros for those above and below the image. */
    private float[] edge(int from, int top, int row) {
        int rows = transform.inputs;
        float[] copy = EDGE.floats(rows * row);
        int first = Math.clamp(-top, 0, rows);
        int end = Math.clamp(images.height() - top, first, rows);
        Arrays.fill(copy, 0, first * row, 0);
        System.arraycopy(images.array(), from + first * row, copy, first * row, (end - first) * row);
        Arrays.fill(copy, end * row, rows * row, 0);
        return copy;
    }
}
