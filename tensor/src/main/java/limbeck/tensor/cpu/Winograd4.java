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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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

        @Override
        void tiles(float[] x, int xo, int xRow, int xCol, int xTile, float[] z, int zo, int zRow, int zCol, int zTile, int zBlock, int tiles,
                int blocks) {
            FloatVector two = FloatVector.broadcast(S, 2);
            FloatVector four = FloatVector.broadcast(S, 4);
            FloatVector eight = FloatVector.broadcast(S, 8);
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
                    int xi = xo + tile * xTile + block * L;
                    int zi = zo + tile * zTile + block * zBlock;
                    // The first three columns, as far as each row of the result needs them.
                    FloatVector m00 = FloatVector.fromArray(S, x, xi);
                    FloatVector m10 = FloatVector.fromArray(S, x, xi + xRow);
                    FloatVector m20 = FloatVector.fromArray(S, x, xi + 2 * xRow);
                    FloatVector m30 = FloatVector.fromArray(S, x, xi + 3 * xRow);
                    FloatVector m40 = FloatVector.fromArray(S, x, xi + 4 * xRow);
                    FloatVector m50 = FloatVector.fromArray(S, x, xi + 5 * xRow);
                    FloatVector even10 = m10.add(m20);
                    FloatVector odd10 = m10.sub(m20);
                    FloatVector even20 = m30.add(m40);
                    FloatVector odd20 = m30.sub(m40);
                    FloatVector c00 = m00.add(even10).add(even20);
                    FloatVector c10 = odd20.fma(two, odd10);
                    FloatVector c20 = even20.fma(four, even10);
                    FloatVector c30 = odd20.fma(eight, odd10).add(m50);
                    FloatVector m01 = FloatVector.fromArray(S, x, xi + xCol);
                    FloatVector m11 = FloatVector.fromArray(S, x, xi + xRow + xCol);
                    FloatVector m21 = FloatVector.fromArray(S, x, xi + 2 * xRow + xCol);
                    FloatVector m31 = FloatVector.fromArray(S, x, xi + 3 * xRow + xCol);
                    FloatVector m41 = FloatVector.fromArray(S, x, xi + 4 * xRow + xCol);
                    FloatVector m51 = FloatVector.fromArray(S, x, xi + 5 * xRow + xCol);
                    FloatVector even11 = m11.add(m21);
                    FloatVector odd11 = m11.sub(m21);
                    FloatVector even21 = m31.add(m41);
                    FloatVector odd21 = m31.sub(m41);
                    FloatVector c01 = m01.add(even11).add(even21);
                    FloatVector c11 = odd21.fma(two, odd11);
                    FloatVector c21 = even21.fma(four, even11);
                    FloatVector c31 = odd21.fma(eight, odd11).add(m51);
                    FloatVector m02 = FloatVector.fromArray(S, x, xi + 2 * xCol);
                    FloatVector m12 = FloatVector.fromArray(S, x, xi + xRow + 2 * xCol);
                    FloatVector m22 = FloatVector.fromArray(S, x, xi + 2 * xRow + 2 * xCol);
                    FloatVector m32 = FloatVector.fromArray(S, x, xi + 3 * xRow + 2 * xCol);
                    FloatVector m42 = FloatVector.fromArray(S, x, xi + 4 * xRow + 2 * xCol);
                    FloatVector m52 = FloatVector.fromArray(S, x, xi + 5 * xRow + 2 * xCol);
                    FloatVector even12 = m12.add(m22);
                    FloatVector odd12 = m12.sub(m22);
                    FloatVector even22 = m32.add(m42);
                    FloatVector odd22 = m32.sub(m42);
                    FloatVector c02 = m02.add(even12).add(even22);
                    FloatVector c12 = odd22.fma(two, odd12);
                    FloatVector c22 = even22.fma(four, even12);
                    FloatVector c32 = odd22.fma(eight, odd12).add(m52);
                    FloatVector even0 = c01.add(c02);
                    FloatVector odd0 = c01.sub(c02);
                    FloatVector first0 = c00.add(even0);
                    FloatVector even1 = c11.add(c12);
                    FloatVector odd1 = c11.sub(c12);
                    FloatVector first1 = c10.add(even1);
                    FloatVector even2 = c21.add(c22);
                    FloatVector odd2 = c21.sub(c22);
                    FloatVector first2 = c20.add(even2);
                    FloatVector even3 = c31.add(c32);
                    FloatVector odd3 = c31.sub(c32);
                    FloatVector first3 = c30.add(even3);
                    // Two more, which are all that three pixels of each row need.
                    FloatVector m03 = FloatVector.fromArray(S, x, xi + 3 * xCol);
                    FloatVector m13 = FloatVector.fromArray(S, x, xi + xRow + 3 * xCol);
                    FloatVector m23 = FloatVector.fromArray(S, x, xi + 2 * xRow + 3 * xCol);
                    FloatVector m33 = FloatVector.fromArray(S, x, xi + 3 * xRow + 3 * xCol);
                    FloatVector m43 = FloatVector.fromArray(S, x, xi + 4 * xRow + 3 * xCol);
                    FloatVector m53 = FloatVector.fromArray(S, x, xi + 5 * xRow + 3 * xCol);
                    FloatVector even13 = m13.add(m23);
                    FloatVector odd13 = m13.sub(m23);
                    FloatVector even23 = m33.add(m43);
                    FloatVector odd23 = m33.sub(m43);
                    FloatVector c03 = m03.add(even13).add(even23);
                    FloatVector c13 = odd23.fma(two, odd13);
                    FloatVector c23 = even23.fma(four, even13);
                    FloatVector c33 = odd23.fma(eight, odd13).add(m53);
                    FloatVector m04 = FloatVector.fromArray(S, x, xi + 4 * xCol);
                    FloatVector m14 = FloatVector.fromArray(S, x, xi + xRow + 4 * xCol);
                    FloatVector m24 = FloatVector.fromArray(S, x, xi + 2 * xRow + 4 * xCol);
                    FloatVector m34 = FloatVector.fromArray(S, x, xi + 3 * xRow + 4 * xCol);
                    FloatVector m44 = FloatVector.fromArray(S, x, xi + 4 * xRow + 4 * xCol);
                    FloatVector m54 = FloatVector.fromArray(S, x, xi + 5 * xRow + 4 * xCol);
                    FloatVector even14 = m14.add(m24);
                    FloatVector odd14 = m14.sub(m24);
                    FloatVector even24 = m34.add(m44);
                    FloatVector odd24 = m34.sub(m44);
                    FloatVector c04 = m04.add(even14).add(even24);
                    FloatVector c14 = odd24.fma(two, odd14);
                    FloatVector c24 = even24.fma(four, even14);
                    FloatVector c34 = odd24.fma(eight, odd14).add(m54);
                    FloatVector sum0 = c03.add(c04);
                    FloatVector difference0 = c03.sub(c04);
                    first0.add(sum0).intoArray(z, zi);
                    difference0.fma(two, odd0).intoArray(z, zi + zCol);
                    sum0.fma(four, even0).intoArray(z, zi + 2 * zCol);
                    FloatVector last0 = difference0.fma(eight, odd0);
                    FloatVector sum1 = c13.add(c14);
                    FloatVector difference1 = c13.sub(c14);
                    first1.add(sum1).intoArray(z, zi + zRow);
                    difference1.fma(two, odd1).intoArray(z, zi + zRow + zCol);
                    sum1.fma(four, even1).intoArray(z, zi + zRow + 2 * zCol);
                    FloatVector last1 = difference1.fma(eight, odd1);
                    FloatVector sum2 = c23.add(c24);
                    FloatVector difference2 = c23.sub(c24);
                    first2.add(sum2).intoArray(z, zi + 2 * zRow);
                    difference2.fma(two, odd2).intoArray(z, zi + 2 * zRow + zCol);
                    sum2.fma(four, even2).intoArray(z, zi + 2 * zRow + 2 * zCol);
                    FloatVector last2 = difference2.fma(eight, odd2);
                    FloatVector sum3 = c33.add(c34);
                    FloatVector difference3 = c33.sub(c34);
                    first3.add(sum3).intoArray(z, zi + 3 * zRow);
                    difference3.fma(two, odd3).intoArray(z, zi + 3 * zRow + zCol);
                    sum3.fma(four, even3).intoArray(z, zi + 3 * zRow + 2 * zCol);
                    FloatVector last3 = difference3.fma(eight, odd3);
                    // And the last.
                    FloatVector m05 = FloatVector.fromArray(S, x, xi + 5 * xCol);
                    FloatVector m15 = FloatVector.fromArray(S, x, xi + xRow + 5 * xCol);
                    FloatVector m25 = FloatVector.fromArray(S, x, xi + 2 * xRow + 5 * xCol);
                    FloatVector m35 = FloatVector.fromArray(S, x, xi + 3 * xRow + 5 * xCol);
                    FloatVector m45 = FloatVector.fromArray(S, x, xi + 4 * xRow + 5 * xCol);
                    FloatVector m55 = FloatVector.fromArray(S, x, xi + 5 * xRow + 5 * xCol);
                    FloatVector even15 = m15.add(m25);
                    FloatVector odd15 = m15.sub(m25);
                    FloatVector even25 = m35.add(m45);
                    FloatVector odd25 = m35.sub(m45);
                    FloatVector c05 = m05.add(even15).add(even25);
                    FloatVector c15 = odd25.fma(two, odd15);
                    FloatVector c25 = even25.fma(four, even15);
                    FloatVector c35 = odd25.fma(eight, odd15).add(m55);
                    last0.add(c05).intoArray(z, zi + 3 * zCol);
                    last1.add(c15).intoArray(z, zi + zRow + 3 * zCol);
                    last2.add(c25).intoArray(z, zi + 2 * zRow + 3 * zCol);
                    last3.add(c35).intoArray(z, zi + 3 * zRow + 3 * zCol);
                }
            }
        }
    }
}
