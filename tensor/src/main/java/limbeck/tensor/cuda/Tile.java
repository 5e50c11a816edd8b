package limbeck.tensor.cuda;

import limbeck.tensor.Precision;

/**
 * The part of a product that one block computes: {@code Tile} of tile.cuh.
 *
 * @param name how the kernels that compute it are named
 * @param rows rows of the result
 * @param columns columns of the result
 * @param threads of the block
 */
record Tile(String name, int rows, int columns, int threads) {
    /** Depth of a slice of the operands: {@code DEEP} of slices.cuh. */
    static final int DEEP = 16;
    private static final int STAGES = 4;

    private static final Tile SMALL = new Tile("64", 64, 64, 128);
    private static final Tile NARROW = new Tile("narrow", 128, 32, 128);
    private static final Tile FLAT = new Tile("flat", 32, 128, 128);

    /** Where several instructions make one product, smaller parts for more warps leave registers for them. */
    private static Tile large(Precision precision) {
        return switch (precision) {
            case STRICT, FP32 -> new Tile("128", 128, 128, 256);
            case TF32, BF16 -> new Tile("128", 128, 128, 128);
        };
    }

    /**
     * From how many of the large tiles on they are taken: small ones occupy more of the device, but read each number twice as often,
     * which is what limits where multiplying is fast.
     */
    private static int leastLarge(Precision precision) {
        return switch (precision) {
            case STRICT, FP32 -> CudaGemm.BLOCKS * 3 / 4;
            case TF32, BF16 -> CudaGemm.BLOCKS * 3 / 8;
        };
    }

    /** The tile for some m x n products. */
    static Tile of(int m, int n, int products, Precision precision) {
        Tile large = large(precision);
        return (long) large.count(m, n) * products >= leastLarge(precision) ? large : SMALL;
    }

    /** The same where columns may be few. */
    static Tile ofPixels(int pixels, int channels, int products, Precision precision) {
        return channels <= NARROW.columns ? NARROW : channels <= SMALL.columns ? SMALL : of(pixels, channels, products, precision);
    }

    /** The tile for sums over so many numbers that they can be cut into pieces: large ones where they are not mostly empty. */
    static Tile ofLongSums(int m, int n, Precision precision) {
        return m <= FLAT.rows ? FLAT : m <= SMALL.rows || n <= SMALL.columns ? SMALL : large(precision);
    }

    /** How many make up an m x n result. */
    int count(int m, int n) {
        return Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
    }

    /** Shared memory of a block: a ring of slices. */
    int ringBytes() {
        return STAGES * (rows + columns) * DEEP * Float.BYTES;
    }
}
