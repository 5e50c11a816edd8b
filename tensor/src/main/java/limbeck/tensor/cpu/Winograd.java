package limbeck.tensor.cpu;

/**
 * A fast convolution F(m x m, r x r): m x m pixels of the result from n x n of the image, n = m + r - 1, with n^2 instead of
 * m^2 r^2 multiplications (Winograd 1980; Lavin and Gray, CVPR 2016). With image tile d and kernel g the tile of the
 * result is
 *
 * <pre>  A^T ((G g G^T) * (B^T d B)) A</pre>
 *
 * where * multiplies element by element. Summed over channels, the products at one of the n^2 places of the tile, over all
 * tiles, are a matrix product: (tiles x channels) by (channels x output channels).
 *
 * @param input B^T, which reads and writes n elements
 * @param kernel G, from r elements to n
 * @param output A^T, from n elements to m
 */
record Winograd(WinogradTransform input, WinogradTransform kernel, WinogradTransform output) {
    /** F(2 x 2, 3 x 3): 2.25 times fewer multiplications, rounding as in the direct form. */
    static final Winograd F2 = new Winograd(new Winograd2.Input(), new Winograd2.Kernel(), new Winograd2.Output());

    /** F(4 x 4, 3 x 3): 4 times fewer multiplications, ten times the rounding error. */
    static final Winograd F4 = new Winograd(new Winograd4.Input(), new Winograd4.Kernel(), new Winograd4.Output());

    /**
     * F(3 x 3, 4 x 4), whose result is a gradient of 3 x 3 weights and whose kernels are 4 x 4 tiles of the result's
     * gradient: 4 times fewer multiplications.
     */
    static final Winograd F3 = new Winograd(F4.input, new Winograd3.Kernel(), new Winograd3.Output());

    /** The extent of a tile of the image: n. */
    int size() {
        return input.inputs;
    }

    /** The places of a tile: n^2. */
    int places() {
        return size() * size();
    }

    /** The extent of a tile of the result: m. */
    int tile() {
        return output.outputs;
    }
}
