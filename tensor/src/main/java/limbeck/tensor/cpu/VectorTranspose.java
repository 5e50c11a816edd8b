package limbeck.tensor.cpu;

/**
 * Transposes blocks in registers, four times as fast as element by element: as wide as the process' vectors. A second width in one
 * process would cost more than it brings: where C2 has met two, it may no longer know which one a loop has, and then allocates
 * every vector of it.
 */
final class VectorTranspose {
    /** Rows and columns of a block; 0 where vectors are too short to be of use. */
    static final int BLOCK = Simd.bits() >= 512 ? 16 : Simd.bits() >= 256 ? 8 : 0;

    private VectorTranspose() {
    }

    /**
     * Transposes one block: element (r, c), at {@code from[at + r + c * stride]}, goes to {@code to[target + r * ld + c]}.
     *
     * @param from the source, contiguous along r
     * @param at the block's first element there
     * @param stride the distance of neighbours along c there
     * @param to takes the block, contiguous along c
     * @param target where its first element goes
     * @param ld the distance of its rows there
     */
    static void block(float[] from, int at, int stride, float[] to, int target, int ld) {
        if (BLOCK == 16) {
            VectorTranspose16.block(from, at, stride, to, target, ld);
        } else {
            VectorTranspose8.block(from, at, stride, to, target, ld);
        }
    }
}
