package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight pixels of a 3 x 3 convolution by two vectors of output channels, in registers over all input channels. Each
 * input is broadcast once for its three horizontal taps.
 */
final class Direct8x2 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Direct8x2() {
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
        FloatVector y01 = FloatVector.zero(S);
        FloatVector y10 = FloatVector.zero(S);
        FloatVector y11 = FloatVector.zero(S);
        FloatVector y20 = FloatVector.zero(S);
        FloatVector y21 = FloatVector.zero(S);
        FloatVector y30 = FloatVector.zero(S);
        FloatVector y31 = FloatVector.zero(S);
        FloatVector y40 = FloatVector.zero(S);
        FloatVector y41 = FloatVector.zero(S);
        FloatVector y50 = FloatVector.zero(S);
        FloatVector y51 = FloatVector.zero(S);
        FloatVector y60 = FloatVector.zero(S);
        FloatVector y61 = FloatVector.zero(S);
        FloatVector y70 = FloatVector.zero(S);
        FloatVector y71 = FloatVector.zero(S);
        for (int plane = 0; plane < planes; plane++) {
            for (int r = 0; r < 3; r++) {
                int xr = xo + plane * xPlane + r * xRow;
                int wr = wo + (plane * 3 + r) * L * 6 * L;
                for (int c = 0; c < L; c++) {
                    int xc = xr + c;
                    int wc = wr + c * 6 * L;
                    FloatVector w00 = FloatVector.fromArray(S, w, wc);
                    FloatVector w01 = FloatVector.fromArray(S, w, wc + L);
                    FloatVector w10 = FloatVector.fromArray(S, w, wc + 2 * L);
                    FloatVector w11 = FloatVector.fromArray(S, w, wc + 3 * L);
                    FloatVector w20 = FloatVector.fromArray(S, w, wc + 4 * L);
                    FloatVector w21 = FloatVector.fromArray(S, w, wc + 5 * L);
                    FloatVector x0 = FloatVector.broadcast(S, x[xc]);
                    y00 = x0.fma(w00, y00);
                    y01 = x0.fma(w01, y01);
                    FloatVector x1 = FloatVector.broadcast(S, x[xc + L]);
                    y10 = x1.fma(w00, y10);
                    y11 = x1.fma(w01, y11);
                    y00 = x1.fma(w10, y00);
                    y01 = x1.fma(w11, y01);
                    FloatVector x2 = FloatVector.broadcast(S, x[xc + 2 * L]);
                    y20 = x2.fma(w00, y20);
                    y21 = x2.fma(w01, y21);
                    y10 = x2.fma(w10, y10);
                    y11 = x2.fma(w11, y11);
                    y00 = x2.fma(w20, y00);
                    y01 = x2.fma(w21, y01);
                    FloatVector x3 = FloatVector.broadcast(S, x[xc + 3 * L]);
                    y30 = x3.fma(w00, y30);
                    y31 = x3.fma(w01, y31);
                    y20 = x3.fma(w10, y20);
                    y21 = x3.fma(w11, y21);
                    y10 = x3.fma(w20, y10);
                    y11 = x3.fma(w21, y11);
                    FloatVector x4 = FloatVector.broadcast(S, x[xc + 4 * L]);
                    y40 = x4.fma(w00, y40);
                    y41 = x4.fma(w01, y41);
                    y30 = x4.fma(w10, y30);
                    y31 = x4.fma(w11, y31);
                    y20 = x4.fma(w20, y20);
                    y21 = x4.fma(w21, y21);
                    FloatVector x5 = FloatVector.broadcast(S, x[xc + 5 * L]);
                    y50 = x5.fma(w00, y50);
                    y51 = x5.fma(w01, y51);
                    y40 = x5.fma(w10, y40);
                    y41 = x5.fma(w11, y41);
                    y30 = x5.fma(w20, y30);
                    y31 = x5.fma(w21, y31);
                    FloatVector x6 = FloatVector.broadcast(S, x[xc + 6 * L]);
                    y60 = x6.fma(w00, y60);
                    y61 = x6.fma(w01, y61);
                    y50 = x6.fma(w10, y50);
                    y51 = x6.fma(w11, y51);
                    y40 = x6.fma(w20, y40);
                    y41 = x6.fma(w21, y41);
                    FloatVector x7 = FloatVector.broadcast(S, x[xc + 7 * L]);
                    y70 = x7.fma(w00, y70);
                    y71 = x7.fma(w01, y71);
                    y60 = x7.fma(w10, y60);
                    y61 = x7.fma(w11, y61);
                    y50 = x7.fma(w20, y50);
                    y51 = x7.fma(w21, y51);
                    FloatVector x8 = FloatVector.broadcast(S, x[xc + 8 * L]);
                    y70 = x8.fma(w10, y70);
                    y71 = x8.fma(w11, y71);
                    y60 = x8.fma(w20, y60);
                    y61 = x8.fma(w21, y61);
                    FloatVector x9 = FloatVector.broadcast(S, x[xc + 9 * L]);
                    y70 = x9.fma(w20, y70);
                    y71 = x9.fma(w21, y71);
                }
            }
        }
        y00.intoArray(y, yo);
        y01.intoArray(y, yo + L);
        y10.intoArray(y, yo + yPixel);
        y11.intoArray(y, yo + yPixel + L);
        y20.intoArray(y, yo + 2 * yPixel);
        y21.intoArray(y, yo + 2 * yPixel + L);
        y30.intoArray(y, yo + 3 * yPixel);
        y31.intoArray(y, yo + 3 * yPixel + L);
        y40.intoArray(y, yo + 4 * yPixel);
        y41.intoArray(y, yo + 4 * yPixel + L);
        y50.intoArray(y, yo + 5 * yPixel);
        y51.intoArray(y, yo + 5 * yPixel + L);
        y60.intoArray(y, yo + 6 * yPixel);
        y61.intoArray(y, yo + 6 * yPixel + L);
        y70.intoArray(y, yo + 7 * yPixel);
        y71.intoArray(y, yo + 7 * yPixel + L);
    }
}
