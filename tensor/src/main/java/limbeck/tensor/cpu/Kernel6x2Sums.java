package limbeck.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Six rows by two vectors of columns; the rows are taps, whose products are added up over the pixels of some lines. Written by {@code MicroKernelSources}. */
final class Kernel6x2Sums extends TapSums {
    private static final VectorSpecies<Float> S = Vectors.FLOATS;
    private static final int L = S.length();
    private static final int NR = 2 * L;

    @Override
    void run(int[] taps, int first, int lines, int pixels, float[] a, int ao, int lda, float[] b, int bo, int ldb, float[] c, int co) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        int t0 = taps[first];
        int t1 = taps[first + 1];
        int t2 = taps[first + 2];
        int t3 = taps[first + 3];
        int t4 = taps[first + 4];
        int t5 = taps[first + 5];
        int bk = bo;
        for (int i = 0; i < lines; i++) {
            int line = ao + i * lda;
            for (int k = line; k < line + pixels; k++) {
                FloatVector b0 = FloatVector.fromArray(S, b, bk);
                FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
                FloatVector x0 = FloatVector.broadcast(S, a[t0 + k]);
                c00 = x0.fma(b0, c00);
                c01 = x0.fma(b1, c01);
                FloatVector x1 = FloatVector.broadcast(S, a[t1 + k]);
                c10 = x1.fma(b0, c10);
                c11 = x1.fma(b1, c11);
                FloatVector x2 = FloatVector.broadcast(S, a[t2 + k]);
                c20 = x2.fma(b0, c20);
                c21 = x2.fma(b1, c21);
                FloatVector x3 = FloatVector.broadcast(S, a[t3 + k]);
                c30 = x3.fma(b0, c30);
                c31 = x3.fma(b1, c31);
                FloatVector x4 = FloatVector.broadcast(S, a[t4 + k]);
                c40 = x4.fma(b0, c40);
                c41 = x4.fma(b1, c41);
                FloatVector x5 = FloatVector.broadcast(S, a[t5 + k]);
                c50 = x5.fma(b0, c50);
                c51 = x5.fma(b1, c51);
                bk += ldb;
            }
        }
        int r1 = co + NR;
        int r2 = r1 + NR;
        int r3 = r2 + NR;
        int r4 = r3 + NR;
        int r5 = r4 + NR;
        c00 = FloatVector.fromArray(S, c, co).add(c00);
        c01 = FloatVector.fromArray(S, c, co + L).add(c01);
        c10 = FloatVector.fromArray(S, c, r1).add(c10);
        c11 = FloatVector.fromArray(S, c, r1 + L).add(c11);
        c20 = FloatVector.fromArray(S, c, r2).add(c20);
        c21 = FloatVector.fromArray(S, c, r2 + L).add(c21);
        c30 = FloatVector.fromArray(S, c, r3).add(c30);
        c31 = FloatVector.fromArray(S, c, r3 + L).add(c31);
        c40 = FloatVector.fromArray(S, c, r4).add(c40);
        c41 = FloatVector.fromArray(S, c, r4 + L).add(c41);
        c50 = FloatVector.fromArray(S, c, r5).add(c50);
        c51 = FloatVector.fromArray(S, c, r5 + L).add(c51);
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c10.intoArray(c, r1);
        c11.intoArray(c, r1 + L);
        c20.intoArray(c, r2);
        c21.intoArray(c, r2 + L);
        c30.intoArray(c, r3);
        c31.intoArray(c, r3 + L);
        c40.intoArray(c, r4);
        c41.intoArray(c, r4 + L);
        c50.intoArray(c, r5);
        c51.intoArray(c, r5 + L);
    }
}
