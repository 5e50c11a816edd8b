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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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

        @Override
        void tiles(float[] x, int xo, int xRow, int xCol, int xTile, float[] z, int zo, int zRow, int zCol, int zTile, int zBlock, int tiles,
                int blocks) {
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
                    int xi = xo + tile * xTile + block * L;
                    int zi = zo + tile * zTile + block * zBlock;
                    FloatVector m00 = FloatVector.fromArray(S, x, xi);
                    FloatVector m10 = FloatVector.fromArray(S, x, xi + xRow);
                    FloatVector m20 = FloatVector.fromArray(S, x, xi + 2 * xRow);
                    FloatVector m30 = FloatVector.fromArray(S, x, xi + 3 * xRow);
                    FloatVector a0 = m00.add(m10.add(m20));
                    FloatVector b0 = m10.sub(m20).sub(m30);
                    FloatVector m01 = FloatVector.fromArray(S, x, xi + xCol);
                    FloatVector m11 = FloatVector.fromArray(S, x, xi + xRow + xCol);
                    FloatVector m21 = FloatVector.fromArray(S, x, xi + 2 * xRow + xCol);
                    FloatVector m31 = FloatVector.fromArray(S, x, xi + 3 * xRow + xCol);
                    FloatVector a1 = m01.add(m11.add(m21));
                    FloatVector b1 = m11.sub(m21).sub(m31);
                    FloatVector m02 = FloatVector.fromArray(S, x, xi + 2 * xCol);
                    FloatVector m12 = FloatVector.fromArray(S, x, xi + xRow + 2 * xCol);
                    FloatVector m22 = FloatVector.fromArray(S, x, xi + 2 * xRow + 2 * xCol);
                    FloatVector m32 = FloatVector.fromArray(S, x, xi + 3 * xRow + 2 * xCol);
                    FloatVector a2 = m02.add(m12.add(m22));
                    FloatVector b2 = m12.sub(m22).sub(m32);
                    FloatVector m03 = FloatVector.fromArray(S, x, xi + 3 * xCol);
                    FloatVector m13 = FloatVector.fromArray(S, x, xi + xRow + 3 * xCol);
                    FloatVector m23 = FloatVector.fromArray(S, x, xi + 2 * xRow + 3 * xCol);
                    FloatVector m33 = FloatVector.fromArray(S, x, xi + 3 * xRow + 3 * xCol);
                    FloatVector a3 = m03.add(m13.add(m23));
                    FloatVector b3 = m13.sub(m23).sub(m33);
                    a0.add(a1.add(a2)).intoArray(z, zi);
                    a1.sub(a2).sub(a3).intoArray(z, zi + zCol);
                    b0.add(b1.add(b2)).intoArray(z, zi + zRow);
                    b1.sub(b2).sub(b3).intoArray(z, zi + zRow + zCol);
                }
            }
        }
    }
}
