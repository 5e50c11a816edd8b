package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrices of F(3 x 3, 4 x 4) beside {@link Winograd4.Input}: the same points, one output less and one tap more.
 *
 * <pre>
 *        1/4     0     0     0
 *       -1/6  -1/6  -1/6  -1/6             1  1  1  1  1  0
 *   G = -1/6   1/6  -1/6   1/6       A^T = 0  1 -1  2 -2  0
 *       1/24  1/12   1/6   1/3             0  1  1  4  4  1
 *       1/24 -1/12   1/6  -1/3
 *          0     0     0     1
 * </pre>
 */
final class Winograd3 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Winograd3() {
    }

    /** G. */
    static final class Kernel extends WinogradTransform {
        Kernel() {
            super(4, 6);
        }

        @Override
        void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks) {
            for (int tile = 0; tile < tiles; tile++) {
                for (int block = 0; block < blocks; block++) {
                    int xi = xo + tile * xTile + block * L;
                    FloatVector g0 = FloatVector.fromArray(S, x, xi);
                    FloatVector g1 = FloatVector.fromArray(S, x, xi + xStep);
                    FloatVector g2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                    FloatVector g3 = FloatVector.fromArray(S, x, xi + 3 * xStep);
                    FloatVector four = FloatVector.broadcast(S, 4);
                    FloatVector even1 = g0.add(g2).mul(-1 / 6f);
                    FloatVector odd1 = g1.add(g3).mul(-1 / 6f);
                    FloatVector even2 = g2.fma(four, g0).mul(1 / 24f);
                    FloatVector odd2 = g3.fma(four, g1).mul(1 / 12f);
                    int zi = zo + tile * zTile + block * zBlock;
                    g0.mul(0.25f).intoArray(z, zi);
                    even1.add(odd1).intoArray(z, zi + zStep);
                    even1.sub(odd1).intoArray(z, zi + 2 * zStep);
                    even2.add(odd2).intoArray(z, zi + 3 * zStep);
                    even2.sub(odd2).intoArray(z, zi + 4 * zStep);
                    g3.intoArray(z, zi + 5 * zStep);
                }
            }
        }
    }

    /** A^T. */
    static final class Output extends WinogradTransform {
        Output() {
            super(6, 3);
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
                    FloatVector even2 = m3.add(m4);
                    int zi = zo + tile * zTile + block * zBlock;
                    m0.add(even1).add(even2).intoArray(z, zi);
                    m3.sub(m4).fma(FloatVector.broadcast(S, 2), m1.sub(m2)).intoArray(z, zi + zStep);
                    even2.fma(FloatVector.broadcast(S, 4), even1).add(m5).intoArray(z, zi + 2 * zStep);
                }
            }
        }
    }
}
