package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of one row of 3 x 3 weights, four input channels by three taps by one vector of output channels, in registers
 * over the pixels. Each input is broadcast once for its three taps. More channels at a time would spill.
 */
final class Direct4x3Weight {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Direct4x3Weight() {
    }

    /**
     * Adds to the gradient.
     *
     * @param x the image in planes of L channels, without border
     * @param xo the first input of the first of the four channels
     * @param xRow the distance of its rows
     * @param rows how many rows
     * @param columns how many inputs in a row
     * @param g the gradient of L output channels, with a border of 2 - padding columns
     * @param go the first column, border included
     * @param gRow the distance of its rows
     * @param w the sums as (channel, tap, output channel)
     * @param wo where they begin
     */
    static void run(float[] x, int xo, int xRow, int rows, int columns, float[] g, int go, int gRow, float[] w, int wo) {
        FloatVector w00 = FloatVector.fromArray(S, w, wo);
        FloatVector w01 = FloatVector.fromArray(S, w, wo + L);
        FloatVector w02 = FloatVector.fromArray(S, w, wo + 2 * L);
        FloatVector w10 = FloatVector.fromArray(S, w, wo + 3 * L);
        FloatVector w11 = FloatVector.fromArray(S, w, wo + 4 * L);
        FloatVector w12 = FloatVector.fromArray(S, w, wo + 5 * L);
        FloatVector w20 = FloatVector.fromArray(S, w, wo + 6 * L);
        FloatVector w21 = FloatVector.fromArray(S, w, wo + 7 * L);
        FloatVector w22 = FloatVector.fromArray(S, w, wo + 8 * L);
        FloatVector w30 = FloatVector.fromArray(S, w, wo + 9 * L);
        FloatVector w31 = FloatVector.fromArray(S, w, wo + 10 * L);
        FloatVector w32 = FloatVector.fromArray(S, w, wo + 11 * L);
        for (int row = 0; row < rows; row++) {
            int xr = xo + row * xRow;
            int gr = go + row * gRow;
            for (int i = 0; i < columns; i++) {
                int xi = xr + i * L;
                int gi = gr + i * L;
                FloatVector g0 = FloatVector.fromArray(S, g, gi + 2 * L);
                FloatVector g1 = FloatVector.fromArray(S, g, gi + L);
                FloatVector g2 = FloatVector.fromArray(S, g, gi);
                FloatVector x0 = FloatVector.broadcast(S, x[xi]);
                w00 = x0.fma(g0, w00);
                w01 = x0.fma(g1, w01);
                w02 = x0.fma(g2, w02);
                FloatVector x1 = FloatVector.broadcast(S, x[xi + 1]);
                w10 = x1.fma(g0, w10);
                w11 = x1.fma(g1, w11);
                w12 = x1.fma(g2, w12);
                FloatVector x2 = FloatVector.broadcast(S, x[xi + 2]);
                w20 = x2.fma(g0, w20);
                w21 = x2.fma(g1, w21);
                w22 = x2.fma(g2, w22);
                FloatVector x3 = FloatVector.broadcast(S, x[xi + 3]);
                w30 = x3.fma(g0, w30);
                w31 = x3.fma(g1, w31);
                w32 = x3.fma(g2, w32);
            }
        }
        w00.intoArray(w, wo);
        w01.intoArray(w, wo + L);
        w02.intoArray(w, wo + 2 * L);
        w10.intoArray(w, wo + 3 * L);
        w11.intoArray(w, wo + 4 * L);
        w12.intoArray(w, wo + 5 * L);
        w20.intoArray(w, wo + 6 * L);
        w21.intoArray(w, wo + 7 * L);
        w22.intoArray(w, wo + 8 * L);
        w30.intoArray(w, wo + 9 * L);
        w31.intoArray(w, wo + 10 * L);
        w32.intoArray(w, wo + 11 * L);
    }
}
