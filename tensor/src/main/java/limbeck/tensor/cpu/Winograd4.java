package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrices of F(4 x 4, 3 x 3), which evaluates polynomials at 0, 1, -1, 2, -2 and infinity (Lavin and Gray 2016). Terms that
 * two rows share are computed once.
 *
 * <pre>
 *         4  0 -5  0  1  0             1/4    0    0
 *         0 -4 -4  1  1  0            -1/6 -1/6 -1/6             1  1  1  1  1  0
 *   B^T = 0  4 -4 -1  1  0        G = -1/6  1/6 -1/6       A^T = 0  1 -1  2 -2  0
 *         0 -2 -1  2  1  0            1/24 1/12  1/6             0  1  1  4  4  0
 *         0  2 -1 -2  1  0            1/24 -1/12 1/6             0  1 -1  8 -8  1
 *         0  4  0 -5  0  1               0    0    1
 * </pre>
 */
final class Winograd4 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Winograd4() {
    }

    /** B^T. */
    static final class Input extends WinogradTransform {
        Input() {
            super(6, 6);
        }

        @Override
        void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks) {
            for (int tile = 0; tile < tiles; tile++) {
                for (int block = 0; block < blocks; block++) {
                    int xi = xo + tile * xTile + block * L;
                    FloatVector d0 = FloatVector.fromArray(S, x, xi);
                    FloatVector d1 = FloatVector.fromArray(S, x, xi + xStep);
                    FloatVector d2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                    FloatVector d3 = FloatVector.fromArray(S, x, xi + 3 * xStep);
                    FloatVector d4 = FloatVector.fromArray(S, x, xi + 4 * xStep);
                    FloatVector d5 = FloatVector.fromArray(S, x, xi + 5 * xStep);
                    FloatVector four = FloatVector.broadcast(S, 4);
                    FloatVector minusFive = FloatVector.broadcast(S, -5);
                    FloatVector minusFour = FloatVector.broadcast(S, -4);
                    FloatVector two = FloatVector.broadcast(S, 2);
                    FloatVector minusTwo = FloatVector.broadcast(S, -2);
                    FloatVector even1 = d2.fma(minusFour, d4);
                    FloatVector odd1 = d1.fma(minusFour, d3);
                    FloatVector even2 = d4.sub(d2);
                    FloatVector odd2 = d3.sub(d1);
                    int zi = zo + tile * zTile + block * zBlock;
                    d0.fma(four, d2.fma(minusFive, d4)).intoArray(z, zi);
                    even1.add(odd1).intoArray(z, zi + zStep);
                    even1.sub(odd1).intoArray(z, zi + 2 * zStep);
                    odd2.fma(two, even2).intoArray(z, zi + 3 * zStep);
                    odd2.fma(minusTwo, even2).intoArray(z, zi + 4 * zStep);
                    d1.fma(four, d3.fma(minusFive, d5)).intoArray(z, zi + 5 * zStep);
                }
            }
        }

        @Override
        boolean border(boolean first, boolean last, float[] x, int xo, int xStep, float[] z, int zo, int zStep, int blocks) {
            for (int block = 0; block < blocks; block++) {
                int xi = xo + block * L;
                FloatVector d1 = FloatVector.fromArray(S, x, xi + xStep);
                FloatVector d2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                FloatVector d3 = FloatVector.fromArray(S, x, xi + 3 * xStep);
                FloatVector d4 = FloatVector.fromArray(S, x, xi + 4 * xStep);
                FloatVector four = FloatVector.broadcast(S, 4);
                FloatVector minusFour = FloatVector.broadcast(S, -4);
                FloatVector even1 = d2.fma(minusFour, d4);
                FloatVector odd1 = d1.fma(minusFour, d3);
                FloatVector even2 = d4.sub(d2);
                FloatVector odd2 = d3.sub(d1);
                int zi = zo + block * L;
                FloatVector minusFive = FloatVector.broadcast(S, -5);
                FloatVector top = d2.fma(minusFive, d4);
                if (first) {
                    FloatVector.fromArray(S, x, xi).fma(four, top).intoArray(z, zi);
                } else {
                    top.intoArray(z, zi);
                }
                even1.add(odd1).intoArray(z, zi + zStep);
                even1.sub(odd1).intoArray(z, zi + 2 * zStep);
                odd2.fma(FloatVector.broadcast(S, 2), even2).intoArray(z, zi + 3 * zStep);
                odd2.fma(FloatVector.broadcast(S, -2), even2).intoArray(z, zi + 4 * zStep);
                if (last) {
                    FloatVector d5 = FloatVector.fromArray(S, x, xi + 5 * xStep);
                    d1.fma(four, d3.fma(minusFive, d5)).intoArray(z, zi + 5 * zStep);
                } else {
                    d1.fma(four, d3.mul(minusFive)).intoArray(z, zi + 5 * zStep);
                }
            }
            return true;
        }
    }

    /** G. */
    static final class Kernel extends WinogradTransform {
        Kernel() {
            super(3, 6);
        }

        @Override
        void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks) {
            for (int tile = 0; tile < tiles; tile++) {
                for (int block = 0; block < blocks; block++) {
                    int xi = xo + tile * xTile + block * L;
                    FloatVector g0 = FloatVector.fromArray(S, x, xi);
                    FloatVector g1 = FloatVector.fromArray(S, x, xi + xStep);
                    FloatVector g2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                    FloatVector even1 = g0.add(g2).mul(-1 / 6f);
                    FloatVector odd1 = g1.mul(-1 / 6f);
                    FloatVector even2 = g0.mul(1 / 24f).add(g2.mul(1 / 6f));
                    FloatVector odd2 = g1.mul(1 / 12f);
                    int zi = zo + tile * zTile + block * zBlock;
                    g0.mul(0.25f).intoArray(z, zi);
                    even1.add(odd1).intoArray(z, zi + zStep);
                    even1.sub(odd1).intoArray(z, zi + 2 * zStep);
                    even2.add(odd2).intoArray(z, zi + 3 * zStep);
                    even2.sub(odd2).intoArray(z, zi + 4 * zStep);
                    g2.intoArray(z, zi + 5 * zStep);
                }
            }
        }
    }

    /** A^T. */
    static final class Output extends WinogradTransform {
        Output() {
            super(6, 4);
        }

        @Override
        void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks) {
            for (int tile = 0; tile < tiles; tile++) {
                for (int block = 0; block < blocks; block++) {
                    int xi = xo + tile * xTile + block * L;
                    FloatVector m0 = FloatVector.fromArray(S, x, xi);
                    FloatVector m1 = FloatVector.fromArray(S, x, xi + xStep);
                    FloatVector m2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                    FloatVector m3 = FloatVector.fromArray(S, x, xi + 3 * xStep);
                    FloatVector m4 = FloatVector.fromArray(S, x, xi + 4 * xStep);
                    FloatVector m5 = FloatVector.fromArray(S, x, xi + 5 * xStep);
                    FloatVector even1 = m1.add(m2);
                    FloatVector odd1 = m1.sub(m2);
                    FloatVector even2 = m3.add(m4);
                    FloatVector odd2 = m3.sub(m4);
                    int zi = zo + tile * zTile + block * zBlock;
                    m0.add(even1).add(even2).intoArray(z, zi);
                    odd2.fma(FloatVector.broadcast(S, 2), odd1).intoArray(z, zi + zStep);
                    even2.fma(FloatVector.broadcast(S, 4), even1).intoArray(z, zi + 2 * zStep);
                    odd2.fma(FloatVector.broadcast(S, 8), odd1).add(m5).intoArray(z, zi + 3 * zStep);
                }
            }
        }
    }
}
