package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrices of F(2 x 2, 3 x 3), which evaluates polynomials at 0, 1, -1 and infinity (Lavin and Gray 2016). No factor is
 * larger than 1, so errors hardly grow.
 *
 * <pre>
 *         1  0 -1  0             1    0    0
 *   B^T = 0  1  1  0        G = 1/2  1/2  1/2       A^T = 1  1  1  0
 *         0 -1  1  0            1/2 -1/2  1/2             0  1 -1 -1
 *         0  1  0 -1             0    0    1
 * </pre>
 */
final class Winograd2 {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();

    private Winograd2() {
    }

    /** B^T. */
    static final class Input extends WinogradTransform {
        Input() {
            super(4, 4);
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
                    int zi = zo + tile * zTile + block * zBlock;
                    d0.sub(d2).intoArray(z, zi);
                    d1.add(d2).intoArray(z, zi + zStep);
                    d2.sub(d1).intoArray(z, zi + 2 * zStep);
                    d1.sub(d3).intoArray(z, zi + 3 * zStep);
                }
            }
        }
    }

    /** G. */
    static final class Kernel extends WinogradTransform {
        Kernel() {
            super(3, 4);
        }

        @Override
        void run(float[] x, int xo, int xStep, int xTile, float[] z, int zo, int zStep, int zTile, int zBlock, int tiles, int blocks) {
            for (int tile = 0; tile < tiles; tile++) {
                for (int block = 0; block < blocks; block++) {
                    int xi = xo + tile * xTile + block * L;
                    FloatVector g0 = FloatVector.fromArray(S, x, xi);
                    FloatVector g1 = FloatVector.fromArray(S, x, xi + xStep);
                    FloatVector g2 = FloatVector.fromArray(S, x, xi + 2 * xStep);
                    FloatVector even = g0.add(g2).mul(0.5f);
                    FloatVector odd = g1.mul(0.5f);
                    int zi = zo + tile * zTile + block * zBlock;
                    g0.intoArray(z, zi);
                    even.add(odd).intoArray(z, zi + zStep);
                    even.sub(odd).intoArray(z, zi + 2 * zStep);
                    g2.intoArray(z, zi + 3 * zStep);
                }
            }
        }
    }

    /** A^T. */
    static final class Output extends WinogradTransform {
        Output() {
            super(4, 2);
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
                    int zi = zo + tile * zTile + block * zBlock;
                    m0.add(m1.add(m2)).intoArray(z, zi);
                    m1.sub(m2).sub(m3).intoArray(z, zi + zStep);
                }
            }
        }
    }
}
