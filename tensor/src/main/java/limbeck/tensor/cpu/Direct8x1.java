package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight pixels of a 3 x 3 convolution by one vector of output channels, in registers over all input channels. Each
 * input is broadcast once for its three horizontal taps.
 */
final class Direct8x1 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Direct8x1() {
    }

    /**
     * Computes a tile of the result.
     *
     * @param x the image in planes of L channels
     * @param xo the input above and left of the first pixel
     * @param xRow the distance of rows
     * @param xPlane the distance of planes
     * @param planes how many planes
     * @param w weights as (plane, kernel row, channel of the plane, tap, output channel)
     * @param wo where they begin
     * @param y takes the result, channels last
     * @param yo its first element
     * @param yPixel the distance of pixels
     */
    static void run(float[] x, int xo, int xRow, int xPlane, int planes, float[] w, int wo, float[] y, int yo, int yPixel) {
        FloatVector y00 = FloatVector.zero(S);
        FloatVector y10 = FloatVector.zero(S);
        FloatVector y20 = FloatVector.zero(S);
        FloatVector y30 = FloatVector.zero(S);
        FloatVector y40 = FloatVector.zero(S);
        FloatVector y50 = FloatVector.zero(S);
        FloatVector y60 = FloatVector.zero(S);
        FloatVector y70 = FloatVector.zero(S);
        for (int plane = 0; plane < planes; plane++) {
            for (int r = 0; r < 3; r++) {
                int xr = xo + plane * xPlane + r * xRow;
                int wr = wo + (plane * 3 + r) * L * 3 * L;
                for (int c = 0; c < L; c++) {
                    int xc = xr + c;
                    int wc = wr + c * 3 * L;
                    FloatVector w00 = FloatVector.fromArray(S, w, wc);
                    FloatVector w10 = FloatVector.fromArray(S, w, wc + L);
                    FloatVector w20 = FloatVector.fromArray(S, w, wc + 2 * L);
                    FloatVector x0 = FloatVector.broadcast(S, x[xc]);
                    y00 = x0.fma(w00, y00);
                    FloatVector x1 = FloatVector.broadcast(S, x[xc + L]);
                    y10 = x1.fma(w00, y10);
                    y00 = x1.fma(w10, y00);
                    FloatVector x2 = FloatVector.broadcast(S, x[xc + 2 * L]);
                    y20 = x2.fma(w00, y20);
                    y10 = x2.fma(w10, y10);
                    y00 = x2.fma(w20, y00);
                    FloatVector x3 = FloatVector.broadcast(S, x[xc + 3 * L]);
                    y30 = x3.fma(w00, y30);
                    y20 = x3.fma(w10, y20);
                    y10 = x3.fma(w20, y10);
                    FloatVector x4 = FloatVector.broadcast(S, x[xc + 4 * L]);
                    y40 = x4.fma(w00, y40);
                    y30 = x4.fma(w10, y30);
                    y20 = x4.fma(w20, y20);
                    FloatVector x5 = FloatVector.broadcast(S, x[xc + 5 * L]);
                    y50 = x5.fma(w00, y50);
                    y40 = x5.fma(w10, y40);
                    y30 = x5.fma(w20, y30);
                    FloatVector x6 = FloatVector.broadcast(S, x[xc + 6 * L]);
                    y60 = x6.fma(w00, y60);
                    y50 = x6.fma(w10, y50);
                    y40 = x6.fma(w20, y40);
                    FloatVector x7 = FloatVector.broadcast(S, x[xc + 7 * L]);
                    y70 = x7.fma(w00, y70);
                    y60 = x7.fma(w10, y60);
                    y50 = x7.fma(w20, y50);
                    FloatVector x8 = FloatVector.broadcast(S, x[xc + 8 * L]);
                    y70 = x8.fma(w10, y70);
                    y60 = x8.fma(w20, y60);
                    FloatVector x9 = FloatVector.broadcast(S, x[xc + 9 * L]);
                    y70 = x9.fma(w20, y70);
                }
            }
        }
        y00.intoArray(y, yo);
        y10.intoArray(y, yo + yPixel);
        y20.intoArray(y, yo + 2 * yPixel);
        y30.intoArray(y, yo + 3 * yPixel);
        y40.intoArray(y, yo + 4 * yPixel);
        y50.intoArray(y, yo + 5 * yPixel);
        y60.intoArray(y, yo + 6 * yPixel);
        y70.intoArray(y, yo + 7 * yPixel);
    }
}
