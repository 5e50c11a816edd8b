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
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
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

        @Override
        void tiles(float[] x, int xo, int xRow, int xCol, int xTile, float[] z, int zo, int zRow, int zCol, int zTile, int zBlock, int tiles,
                int blocks) {
            FloatVector four = FloatVector.broadcast(S, 4);
            FloatVector quarter = FloatVector.broadcast(S, 0.25f);
            FloatVector sixth = FloatVector.broadcast(S, -1 / 6f);
            FloatVector twelfth = FloatVector.broadcast(S, 1 / 12f);
            FloatVector twentyFourth = FloatVector.broadcast(S, 1 / 24f);
            for (int block = 0; block < blocks; block++) {
                for (int tile = 0; tile < tiles; tile++) {
                    int xi = xo + tile * xTile + block * L;
                    int zi = zo + tile * zTile + block * zBlock;
                    // Along the columns: the rows of even number, then those of odd.
                    FloatVector g00 = FloatVector.fromArray(S, x, xi);
                    FloatVector g20 = FloatVector.fromArray(S, x, xi + 2 * xRow);
                    FloatVector top0 = g00.mul(quarter);
                    FloatVector a0 = g00.add(g20).mul(sixth);
                    FloatVector c0 = g20.fma(four, g00).mul(twentyFourth);
                    FloatVector g01 = FloatVector.fromArray(S, x, xi + xCol);
                    FloatVector g21 = FloatVector.fromArray(S, x, xi + 2 * xRow + xCol);
                    FloatVector top1 = g01.mul(quarter);
                    FloatVector a1 = g01.add(g21).mul(sixth);
                    FloatVector c1 = g21.fma(four, g01).mul(twentyFourth);
                    FloatVector g02 = FloatVector.fromArray(S, x, xi + 2 * xCol);
                    FloatVector g22 = FloatVector.fromArray(S, x, xi + 2 * xRow + 2 * xCol);
                    FloatVector top2 = g02.mul(quarter);
                    FloatVector a2 = g02.add(g22).mul(sixth);
                    FloatVector c2 = g22.fma(four, g02).mul(twentyFourth);
                    FloatVector g03 = FloatVector.fromArray(S, x, xi + 3 * xCol);
                    FloatVector g23 = FloatVector.fromArray(S, x, xi + 2 * xRow + 3 * xCol);
                    FloatVector top3 = g03.mul(quarter);
                    FloatVector a3 = g03.add(g23).mul(sixth);
                    FloatVector c3 = g23.fma(four, g03).mul(twentyFourth);
                    // Along the rows, as soon as all four columns of one are there.
                    FloatVector even10 = top0.add(top2).mul(sixth);
                    FloatVector odd10 = top1.add(top3).mul(sixth);
                    FloatVector even20 = top2.fma(four, top0).mul(twentyFourth);
                    FloatVector odd20 = top3.fma(four, top1).mul(twelfth);
                    top0.mul(quarter).intoArray(z, zi);
                    even10.add(odd10).intoArray(z, zi + zCol);
                    even10.sub(odd10).intoArray(z, zi + 2 * zCol);
                    even20.add(odd20).intoArray(z, zi + 3 * zCol);
                    even20.sub(odd20).intoArray(z, zi + 4 * zCol);
                    top3.intoArray(z, zi + 5 * zCol);
                    FloatVector g10 = FloatVector.fromArray(S, x, xi + xRow);
                    FloatVector g30 = FloatVector.fromArray(S, x, xi + 3 * xRow);
                    FloatVector b0 = g10.add(g30).mul(sixth);
                    FloatVector d0 = g30.fma(four, g10).mul(twelfth);
                    FloatVector g11 = FloatVector.fromArray(S, x, xi + xRow + xCol);
                    FloatVector g31 = FloatVector.fromArray(S, x, xi + 3 * xRow + xCol);
                    FloatVector b1 = g11.add(g31).mul(sixth);
                    FloatVector d1 = g31.fma(four, g11).mul(twelfth);
                    FloatVector g12 = FloatVector.fromArray(S, x, xi + xRow + 2 * xCol);
                    FloatVector g32 = FloatVector.fromArray(S, x, xi + 3 * xRow + 2 * xCol);
                    FloatVector b2 = g12.add(g32).mul(sixth);
                    FloatVector d2 = g32.fma(four, g12).mul(twelfth);
                    FloatVector g13 = FloatVector.fromArray(S, x, xi + xRow + 3 * xCol);
                    FloatVector g33 = FloatVector.fromArray(S, x, xi + 3 * xRow + 3 * xCol);
                    FloatVector b3 = g13.add(g33).mul(sixth);
                    FloatVector d3 = g33.fma(four, g13).mul(twelfth);
                    FloatVector even15 = g30.add(g32).mul(sixth);
                    FloatVector odd15 = g31.add(g33).mul(sixth);
                    FloatVector even25 = g32.fma(four, g30).mul(twentyFourth);
                    FloatVector odd25 = g33.fma(four, g31).mul(twelfth);
                    g30.mul(quarter).intoArray(z, zi + 5 * zRow);
                    even15.add(odd15).intoArray(z, zi + 5 * zRow + zCol);
                    even15.sub(odd15).intoArray(z, zi + 5 * zRow + 2 * zCol);
                    even25.add(odd25).intoArray(z, zi + 5 * zRow + 3 * zCol);
                    even25.sub(odd25).intoArray(z, zi + 5 * zRow + 4 * zCol);
                    g33.intoArray(z, zi + 5 * zRow + 5 * zCol);
                    FloatVector r10 = a0.add(b0);
                    FloatVector r11 = a1.add(b1);
                    FloatVector r12 = a2.add(b2);
                    FloatVector r13 = a3.add(b3);
                    FloatVector even11 = r10.add(r12).mul(sixth);
                    FloatVector odd11 = r11.add(r13).mul(sixth);
                    FloatVector even21 = r12.fma(four, r10).mul(twentyFourth);
                    FloatVector odd21 = r13.fma(four, r11).mul(twelfth);
                    r10.mul(quarter).intoArray(z, zi + zRow);
                    even11.add(odd11).intoArray(z, zi + zRow + zCol);
                    even11.sub(odd11).intoArray(z, zi + zRow + 2 * zCol);
                    even21.add(odd21).intoArray(z, zi + zRow + 3 * zCol);
                    even21.sub(odd21).intoArray(z, zi + zRow + 4 * zCol);
                    r13.intoArray(z, zi + zRow + 5 * zCol);
                    FloatVector r20 = a0.sub(b0);
                    FloatVector r21 = a1.sub(b1);
                    FloatVector r22 = a2.sub(b2);
                    FloatVector r23 = a3.sub(b3);
                    FloatVector even12 = r20.add(r22).mul(sixth);
                    FloatVector odd12 = r21.add(r23).mul(sixth);
                    FloatVector even22 = r22.fma(four, r20).mul(twentyFourth);
                    FloatVector odd22 = r23.fma(four, r21).mul(twelfth);
                    r20.mul(quarter).intoArray(z, zi + 2 * zRow);
                    even12.add(odd12).intoArray(z, zi + 2 * zRow + zCol);
                    even12.sub(odd12).intoArray(z, zi + 2 * zRow + 2 * zCol);
                    even22.add(odd22).intoArray(z, zi + 2 * zRow + 3 * zCol);
                    even22.sub(odd22).intoArray(z, zi + 2 * zRow + 4 * zCol);
                    r23.intoArray(z, zi + 2 * zRow + 5 * zCol);
                    FloatVector r30 = c0.add(d0);
                    FloatVector r31 = c1.add(d1);
                    FloatVector r32 = c2.add(d2);
                    FloatVector r33 = c3.add(d3);
                    FloatVector even13 = r30.add(r32).mul(sixth);
                    FloatVector odd13 = r31.add(r33).mul(sixth);
                    FloatVector even23 = r32.fma(four, r30).mul(twentyFourth);
                    FloatVector odd23 = r33.fma(four, r31).mul(twelfth);
                    r30.mul(quarter).intoArray(z, zi + 3 * zRow);
                    even13.add(odd13).intoArray(z, zi + 3 * zRow + zCol);
                    even13.sub(odd13).intoArray(z, zi + 3 * zRow + 2 * zCol);
                    even23.add(odd23).intoArray(z, zi + 3 * zRow + 3 * zCol);
                    even23.sub(odd23).intoArray(z, zi + 3 * zRow + 4 * zCol);
                    r33.intoArray(z, zi + 3 * zRow + 5 * zCol);
                    FloatVector r40 = c0.sub(d0);
                    FloatVector r41 = c1.sub(d1);
                    FloatVector r42 = c2.sub(d2);
                    FloatVector r43 = c3.sub(d3);
                    FloatVector even14 = r40.add(r42).mul(sixth);
                    FloatVector odd14 = r41.add(r43).mul(sixth);
                    FloatVector even24 = r42.fma(four, r40).mul(twentyFourth);
                    FloatVector odd24 = r43.fma(four, r41).mul(twelfth);
                    r40.mul(quarter).intoArray(z, zi + 4 * zRow);
                    even14.add(odd14).intoArray(z, zi + 4 * zRow + zCol);
                    even14.sub(odd14).intoArray(z, zi + 4 * zRow + 2 * zCol);
                    even24.add(odd24).intoArray(z, zi + 4 * zRow + 3 * zCol);
                    even24.sub(odd24).intoArray(z, zi + 4 * zRow + 4 * zCol);
                    r43.intoArray(z, zi + 4 * zRow + 5 * zCol);
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
